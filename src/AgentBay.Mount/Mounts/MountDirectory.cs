using System.Text;
using AgentBay.Fs.Mirror;
using AgentBay.Mount.Output;
using AgentBay.Posix;

namespace AgentBay.Mount.Mounts;

/// <summary>Whether a folder can become a mount point.</summary>
internal static class MountDirectory
{
    /// <summary>Checks the place and clears a dead mount of ours from it.</summary>
    /// <returns>Its real path.</returns>
    /// <exception cref="CommandException">It cannot; the message says what to do.</exception>
    internal static string Prepare(string path, IHostAdapter adapter)
    {
        string real = RealPath.Of(path);
        if (MountTable.Read().At(real) is { StateFolder: not null } ours)
        {
            if (!DeadMount.TryClear(ours, adapter))
            {
                throw AlreadyMounted(ours);
            }
        }

        CheckDirectory(real);
        return real;
    }

    /// <summary>Checks that no part of the mount would be needed to serve it.</summary>
    /// <param name="storeUrl">Canonical.</param>
    internal static void CheckApart(string mountPoint, string cacheDirectory, string storeUrl)
    {
        CheckApart(mountPoint, cacheDirectory, "The cache directory", "choose another --cache-dir");
        if (Uri.TryCreate(storeUrl, UriKind.Absolute, out Uri? url) && url.IsFile)
        {
            CheckApart(mountPoint, url.LocalPath, "The store", "choose another --store");
        }
    }

    private static void CheckApart(string mountPoint, string folder, string what, string advice)
    {
        // A link at the end is followed when the folder is used.
        string real = RealPath.Of(new DirectoryInfo(folder) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : folder);
        if (MountTable.IsAtOrUnder(real, mountPoint))
        {
            throw CommandException.Failed($"{what} {real} is inside the mount point {mountPoint}: {advice}.");
        }

        if (MountTable.IsAtOrUnder(mountPoint, real))
        {
            throw CommandException.Failed($"The mount point {mountPoint} is inside {char.ToLowerInvariant(what[0])}{what[1..]} {real}: mount elsewhere.");
        }
    }

    private static void CheckDirectory(string path)
    {
        switch (Syscall.Stat(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(path), out FileStatus status))
        {
            case Errno.OK when !status.IsDirectory:
                throw CommandException.Failed($"{path} is not a directory: mount on an empty one.");
            case Errno.OK:
                break;
            case Errno.ENOENT:
                throw CommandException.Failed($"{path} does not exist: create it first (mkdir -p {ShellWord.Quote(path)}).");
            case Errno.EACCES:
                throw CommandException.Failed($"{path}: no permission to look at it.");
            case Errno.ENOTCONN:
                throw CommandException.Failed($"{path} is a dead mount of another filesystem: unmount it first (umount -l {ShellWord.Quote(path)}).");
            case Errno.ENOTDIR:
                throw CommandException.Failed($"{path}: a part of this path is not a directory.");
            case var error:
                throw CommandException.Failed(new PosixException(error, path).Message);
        }

        try
        {
            if (Directory.EnumerateFileSystemEntries(path).Any())
            {
                throw CommandException.Failed($"{path} is not empty: what is in it would be hidden. Mount on an empty directory.");
            }
        }
        catch (UnauthorizedAccessException)
        {
            throw CommandException.Failed($"{path}: no permission to read it.");
        }
    }

    private static CommandException AlreadyMounted(MountEntry entry)
    {
        MountHolder? holder = StateFolder.ReadHolder(entry.StateFolder!);
        string what = holder is null ? "A context" : $"Context '{holder.ContextName}'";
        string who = holder is null ? "" : $" by process {holder.Pid}";
        return CommandException.Failed($"{what} is already mounted on {entry.MountPoint}{who}: unmount it first (agentbay-mount unmount {ShellWord.Quote(entry.MountPoint)}).");
    }
}
