using System.CommandLine;
using System.Text;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Sync;
using AgentBay.Mount.Mounts;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>resolve</c>: which version of a file in conflict stays. Ordinary changes of files: they can be seen, and go to the store like all others.</summary>
internal static class ResolveVerb
{
    internal const string Name = "resolve";

    internal static Command Create()
    {
        var file = new Argument<string>("file");
        var ours = new Option<bool>("--ours");
        var theirs = new Option<bool>("--theirs");
        var both = new Option<bool>("--both");
        var command = new Command(Name) { file, ours, theirs, both };
        command.SetAction(parsed =>
        {
            Run(parsed.GetRequiredValue(file), (parsed.GetValue(ours), parsed.GetValue(theirs), parsed.GetValue(both)) switch
            {
                (true, false, false) => KeepOurs,
                (false, true, false) => KeepTheirs,
                (false, false, true) => KeepBoth,
                _ => throw CommandException.Usage("Say which version stays: one of --ours, --theirs, --both."),
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(string path, Action<string, IReadOnlyList<Copy>> keep)
    {
        string full = Path.GetFullPath(path);
        _ = MountTarget.Find(Path.GetDirectoryName(full) ?? full);
        (string file, IReadOnlyList<Copy> copies) = FindCopies(full);
        try
        {
            keep(file, copies);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"{file}: {error.Message}", error);
        }
    }

    private static void KeepOurs(string file, IReadOnlyList<Copy> copies)
    {
        RefuseFolders(file, copies);
        foreach (Copy copy in copies)
        {
            File.Delete(copy.Path);
        }
    }

    private static void KeepTheirs(string file, IReadOnlyList<Copy> copies)
    {
        RefuseFolders(file, copies);
        if (copies.Count > 1)
        {
            throw CommandException.Failed($"{file} has {copies.Count} versions of others beside it: resolve the one that is to stay by its own name ({Path.GetFileName(copies[0].Path)}, …), the others with --ours.");
        }

        if (Directory.Exists(file))
        {
            throw CommandException.Failed($"{file} is a folder, and would go with all that is in it: remove it yourself, then rename {Path.GetFileName(copies[0].Path)}.");
        }

        File.Move(copies[0].Path, file, overwrite: true);
    }

    /// <summary>Either may be the one that was changed here.</summary>
    private static void RefuseFolders(string folder, IReadOnlyList<Copy> copies)
    {
        if (copies is [{ Name: null } file])
        {
            throw CommandException.Failed(
                $"{folder} is a folder and a file ({Path.GetFileName(file.Path)}), and which of them is ours is not known: delete or rename the one that you do not want there; --both keeps both.");
        }
    }

    private static void KeepBoth(string file, IReadOnlyList<Copy> copies)
    {
        foreach (Copy copy in copies)
        {
            string other = Path.Combine(Path.GetDirectoryName(copy.Path)!, copy.WhenBothStay);
            File.Move(copy.Path, other, overwrite: false);
            Console.WriteLine(other);
        }
    }

    /// <param name="path">The file, or one of the versions beside it: then only that one.</param>
    private static (string File, IReadOnlyList<Copy> Copies) FindCopies(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? path;
        byte[] name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        if (FindFileOfFolder(path) is { } found)
        {
            return found;
        }

        List<Copy> all = [.. Names(folder).Select(Copy.TryRead).OfType<Copy>()];
        if (ConflictName.TryParse(name, out ConflictName itself) && all.Find(copy => copy.Path == path) is { } one)
        {
            string original = Names(folder).FirstOrDefault(file => itself.IsOf(Encoding.UTF8.GetBytes(Path.GetFileName(file))))
                ?? Path.Combine(folder, Encoding.UTF8.GetString([.. itself.Stem.Span, .. itself.Extension.Span]));
            return (original, [one]);
        }

        List<Copy> beside = all.FindAll(copy => copy.Name is { } conflict && conflict.IsOf(name));
        return beside.Count > 0 ? (path, beside) : throw CommandException.Failed($"{path} is not in conflict here (agentbay-mount {ConflictsVerb.Name} lists what is; agentbay-mount {SyncVerb.Name} --mode download brings what only the store has).");
    }

    /// <summary>A folder, and the file beside it whose name it has in the store.</summary>
    /// <param name="path">Either.</param>
    private static (string Folder, IReadOnlyList<Copy> Copies)? FindFileOfFolder(string path)
    {
        string suffix = KeyCodec.ShadowOf("");
        string folder = path.EndsWith(suffix, StringComparison.Ordinal) ? path[..^suffix.Length] : path;
        string file = KeyCodec.ShadowOf(folder);
        return Directory.Exists(folder) && File.Exists(file) ? (folder, [new Copy(file, null, Path.GetFileName(folder) + ".file")]) : null;
    }

    private static string[] Names(string folder)
    {
        try
        {
            return Directory.GetFiles(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed(error.Message, error);
        }
    }

    private sealed record Copy(string Path, ConflictName? Name, string WhenBothStay)
    {
        internal static Copy? TryRead(string path) =>
            ConflictName.TryParse(Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(path)), out ConflictName name) ? new Copy(path, name, Encoding.UTF8.GetString(name.WhenBothStay())) : null;
    }
}
