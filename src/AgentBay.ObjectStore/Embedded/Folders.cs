using System.Collections.Concurrent;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>Makes, opens, syncs and removes the folders below the store's directory. Nothing here follows a link or leaves the directory.</summary>
internal sealed class Folders(SafeFileHandle root, EmbeddedErrors errors)
{
    private const int MaxRemembered = 100_000;

    // Folders whose names are on disk up to the root. The birth time tells an inode that was used again.
    private readonly ConcurrentDictionary<(ulong Inode, long BirthNs), byte> durable = new();

    /// <returns>ENOENT or ENOTDIR when it is not there.</returns>
    internal Errno TryOpen(ReadOnlySpan<byte> path, out SafeFileHandle folder) =>
        Syscall.OpenBeneath(root, path, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out folder);

    /// <summary>Makes what is missing of a path.</summary>
    /// <param name="makeWay">Called with a place whose name something that is no folder has; afterwards the name is free, or a folder's.</param>
    internal void Ensure(byte[] path, Action<Place> makeWay)
    {
        if (path.Length == 0 || IsFolder(path))
        {
            return;
        }

        var place = Place.At(path);
        Ensure(place.Folder, makeWay);
        Errno result = Make(place);
        if (result == Errno.EEXIST && !IsFolder(path))
        {
            makeWay(place);
            result = Make(place);
        }

        // ENOENT: another one removed the parent, empty until now; the caller begins again.
        if (result is not (Errno.OK or Errno.EEXIST or Errno.ENOENT))
        {
            throw errors.Create("make a folder", result);
        }
    }

    /// <summary>Puts a folder's names on disk, and those of the folders above it.</summary>
    internal void Sync(byte[] path, SafeFileHandle folder)
    {
        errors.Check("fsync a folder", Syscall.Sync(folder));
        if (path.Length == 0)
        {
            return;
        }

        errors.Check("stat a folder", Syscall.Stat(folder, out var status));
        if (durable.ContainsKey((status.Inode, status.BirthTimeNs)))
        {
            return;
        }

        byte[] parent = Place.At(path).Folder;
        Errno result = TryOpen(parent, out var above);
        using (above)
        {
            if (result == Errno.ENOENT)
            {
                return;   // Removed since, as empty: then nothing of ours is in it.
            }

            errors.Check("open a folder", result);
            Sync(parent, above);
        }

        if (status.BirthTimeNs != 0)
        {
            if (durable.Count >= MaxRemembered)
            {
                durable.Clear();
            }

            durable[(status.Inode, status.BirthTimeNs)] = 0;
        }
    }

    /// <summary>Removes a folder and those above it as long as they are empty.</summary>
    /// <returns>The lowest one that remains.</returns>
    internal byte[] RemoveEmpty(byte[] path)
    {
        while (path.Length > 0)
        {
            var place = Place.At(path);
            Errno result = TryOpen(place.Folder, out var parent);
            using (parent)
            {
                if (result == Errno.OK && Syscall.RemoveDirectory(parent, place.Name) is not (Errno.OK or Errno.ENOENT))
                {
                    return path;
                }
            }

            path = place.Folder;
        }

        return path;
    }

    private bool IsFolder(byte[] path)
    {
        Errno result = Syscall.OpenBeneath(root, path, OpenFlags.Path | OpenFlags.Directory, 0, out var folder);
        folder.Dispose();
        return result switch
        {
            Errno.OK => true,
            Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP => false,
            _ => throw errors.Create("open a folder", result),
        };
    }

    private Errno Make(Place place)
    {
        Errno result = TryOpen(place.Folder, out var parent);
        using (parent)
        {
            return result == Errno.OK ? Syscall.MakeDirectory(parent, place.Name, HiddenFolder.PrivateFolder) : result;
        }
    }
}
