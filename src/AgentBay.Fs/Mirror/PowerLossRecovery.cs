using System.Globalization;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// After a loss of power the disk may hold less than was stored: a name that was never written out, an old or an empty file under a new one's
/// times. None of this is a change that somebody made, so none of it may reach the store. What nobody can tell from a change is kept twice.
/// </summary>
internal static class PowerLossRecovery
{
    private const int FilesAtOnce = 4;

    public static async Task RunAsync(OpenMirror mirror, LocalScanner scanner, CancellationToken cancellationToken)
    {
        HashSet<TreePath> paths = scanner.Expand(TreePath.Root);
        HashSet<FileIdentity> inodes = [.. paths.Select(mirror.Files.TryStat).OfType<LocalEntry>().Select(entry => entry.Identity)];
        IEnumerable<BaselineRow> rows = paths.Select(mirror.Index.Find).OfType<BaselineRow>()
            .Where(row => row is { IsIntent: false, State: not BaselineState.Released } && !mirror.Rules.Of(row.Path).LocalOnly);
        await Parallel.ForEachAsync(
            rows,
            new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken },
            async (row, _) =>
            {
                if (mirror.Files.TryStat(row.Path) is not { } entry)
                {
                    if (!inodes.Contains(row.Identity))
                    {
                        await BringBackAsync(mirror, row); // Its name never reached the disk; one that was deleted comes back too.
                    }
                }
                else if (IsBehind(mirror, row, entry))
                {
                    SetAside(mirror, row.Path, entry);
                    await BringBackAsync(mirror, row);
                }
            });
    }

    /// <summary>Whether a file was stored as it is no more, though nothing was written to it since: no later time, other bytes.</summary>
    private static bool IsBehind(OpenMirror mirror, BaselineRow row, LocalEntry entry)
    {
        if (row is not { Kind: EntryKind.File, State: BaselineState.Present, Remote: not null } || entry.Kind != EntryKind.File
            || entry.MtimeNs > row.MtimeNs || mirror.Files.ReadMark(row.Path) is not null)
        {
            return false;
        }

        if (entry.Size != row.Size)
        {
            return true;
        }

        using var file = mirror.Files.OpenRead(row.Path, entry.Identity);
        return file is not null && row.Sha256 is not null && ContentHash.Of(file) != row.Sha256;
    }

    /// <summary>The store's version gets the name; the bytes that are here, if there are any, another one.</summary>
    private static void SetAside(OpenMirror mirror, TreePath path, LocalEntry entry)
    {
        if (entry.Size == 0 || entry.Blocks == 0)
        {
            _ = mirror.Files.Remove(path, entry.Identity);
            Log.FileLostToPower(mirror.Logger, path.ToString());
            return;
        }

        for (int n = 0; ; n++)
        {
            TreePath other = path.Parent.Append(NameBeside.Of(path.Name, string.Create(CultureInfo.InvariantCulture, $".recovered-{mirror.Options.Time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}"), n));
            if (mirror.Files.TryStat(other) is null && mirror.Files.Rename(path, entry.Identity, other))
            {
                Log.FileBehindStore(mirror.Logger, path.ToString(), other.ToString());
                return;
            }
        }
    }

    private static Task BringBackAsync(OpenMirror mirror, BaselineRow row) => mirror.Index.ApplyAsync(IndexChange.Forget(row.Path));
}
