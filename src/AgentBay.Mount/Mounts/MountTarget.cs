using AgentBay.Fs.Control;
using AgentBay.Posix;

namespace AgentBay.Mount.Mounts;

/// <summary>A mount of ours that a command is about: in the mount table, or unmounted and still draining.</summary>
/// <param name="Entry">Null when it is in the table no more.</param>
internal sealed record MountTarget(string MountPoint, string StateFolder, MountEntry? Entry)
{
    /// <summary>The mount that a path lies in.</summary>
    /// <exception cref="CommandException">It lies in none of ours.</exception>
    internal static MountTarget Find(string path) => Find(path, (table, real) => table.Containing(real));

    /// <summary>The mount exactly at a path.</summary>
    /// <exception cref="CommandException">There is none of ours.</exception>
    internal static MountTarget FindExact(string path) => Find(path, (table, real) => table.At(real));

    /// <summary>Everything in the mount table, and what still drains.</summary>
    internal static IReadOnlyList<MountTarget> All()
    {
        var table = MountTable.Read();
        return [.. table.Ours.Select(entry => new MountTarget(entry.MountPoint, entry.StateFolder!, entry)), .. Draining(table)];
    }

    /// <returns>Null when its process is gone.</returns>
    /// <exception cref="CommandException">It is another user's.</exception>
    internal async Task<ControlClient?> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ControlClient.TryConnectAsync(Fs.Mirror.StateFolder.ControlSocketIn(StateFolder), cancellationToken);
        }
        catch (UnauthorizedAccessException error)
        {
            throw CommandException.Failed($"{MountPoint} was mounted by another user: ask as that user or as root.", error);
        }
    }

    /// <exception cref="CommandException">Its process is gone, or it is another user's.</exception>
    internal async Task<ControlClient> ConnectAsync(CancellationToken cancellationToken) =>
        await TryConnectAsync(cancellationToken)
        ?? throw CommandException.Failed($"The process of {MountPoint} is gone: mount again (it clears the dead mount), or unmount it.");

    /// <summary>Asks the mount's process for what it may have to ask the store.</summary>
    /// <exception cref="CommandException">It is gone, another user's, or could not.</exception>
    internal async Task<T> AskAsync<T>(ControlRequest request, CancellationToken cancellationToken)
        where T : ControlReply
    {
        await using ControlClient client = await ConnectAsync(cancellationToken);
        return Answer<T>(await client.AskAsync(request, cancellationToken));
    }

    /// <summary>Asks the mount's process for what it knows.</summary>
    /// <exception cref="CommandException">It is gone, another user's, or could not.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    internal async Task<T> AskAtOnceAsync<T>(ControlRequest request, CancellationToken cancellationToken)
        where T : ControlReply
    {
        await using ControlClient client = await ConnectAsync(cancellationToken);
        return Answer<T>(await client.AskAtOnceAsync(request, cancellationToken));
    }

    private T Answer<T>(ControlReply reply)
        where T : ControlReply => reply switch
        {
            T answer => answer,
            ControlReply.Failed failed => throw CommandException.Failed($"{MountPoint}: {failed.Message}"),
            _ => throw CommandException.Failed($"Unexpected answer {reply.GetType().Name}."),
        };

    /// <summary>A path in this mount as its process names it: links on the way are followed, one at its end is meant itself.</summary>
    internal string NameOf(string path)
    {
        string real = RealPath.Of(path);
        if (real != MountPoint)
        {
            string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            real = Path.Combine(RealPath.Of(Path.GetDirectoryName(full) ?? full), Path.GetFileName(full));
        }

        return real == MountPoint ? "" : Path.GetRelativePath(MountPoint, real);
    }

    private static MountTarget Find(string path, Func<MountTable, string, MountEntry?> look)
    {
        string real = RealPath.Of(path);
        var table = MountTable.Read();
        return look(table, real) is { StateFolder: { } folder } entry
            ? new MountTarget(entry.MountPoint, folder, entry)
            : Draining(table).FirstOrDefault(target => target.MountPoint == real) ?? throw NotOurs(real, table);
    }

    // Sockets that listen are in the kernel's list, wherever their state folder is.
    private static IEnumerable<MountTarget> Draining(MountTable table)
    {
        HashSet<string> mounted = [.. table.Ours.Select(entry => entry.StateFolder!)];
        return ListeningStateFolders()
            .Where(folder => !mounted.Contains(folder))
            .Select(folder => (Folder: folder, Holder: Fs.Mirror.StateFolder.ReadHolder(folder)))
            .Where(found => found.Holder is not null)
            .Select(found => new MountTarget(found.Holder!.MountPoint, found.Folder, Entry: null));
    }

    private static IEnumerable<string> ListeningStateFolders()
    {
        const string name = "/" + Fs.Mirror.StateFolder.ControlSocketName;
        return File.ReadLines("/proc/net/unix")
            .Select(line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 8 && fields[7].EndsWith(name, StringComparison.Ordinal))
            .Select(fields => ControlSocket.FolderOf(fields[7][..^name.Length]))
            .Distinct();
    }

    private static CommandException NotOurs(string path, MountTable table) => CommandException.Failed(table.At(path) is { } other
        ? $"{path} is a mount of type {other.Type}, not of agentbay-mount: use umount."
        : $"{path} is not mounted by agentbay-mount (agentbay-mount status lists what is).");
}
