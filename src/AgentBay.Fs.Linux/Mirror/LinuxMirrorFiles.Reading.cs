using System.Collections.ObjectModel;
using System.Text;

namespace AgentBay.Fs.Linux;

public sealed partial class LinuxMirrorFiles
{
    public LocalEntry? TryStat(TreePath path)
    {
        if (!TryOpenParent(path, out TreeFolder parent))
        {
            return null;
        }

        using (parent)
        {
            return TryStat(parent, path);
        }
    }

    public IReadOnlyList<KeyValuePair<TreePath, LocalEntry>>? ReadFolder(TreePath folder)
    {
        if (!TryOpenFolder(folder, OpenFlags.ReadOnly, out TreeFolder open))
        {
            return null;
        }

        using (open)
        {
            var names = new List<DirectoryName>();
            _ = Check(Syscall.ReadDirectory(open.Handle, names), "read", folder);
            var entries = new List<KeyValuePair<TreePath, LocalEntry>>(names.Count);
            foreach (DirectoryName name in names)
            {
                TreePath path = folder.Append(name.Name);
                if (TryStat(open, path) is { } entry)
                {
                    entries.Add(new(path, entry));
                }
            }

            return entries;
        }
    }

    public byte[] ReadLink(TreePath path)
    {
        Errno error = TreeFolder.Open(tree, path.Parent, FolderOnly, out TreeFolder parent);
        using (parent)
        {
            _ = Check(error, "open the folder of", path);
            _ = Check(Syscall.ReadLink(parent.Handle, path.Name, out byte[] target), "readlink", path);
            return target;
        }
    }

    public IReadOnlyDictionary<string, byte[]> ReadXattrs(TreePath path)
    {
        if (!TryOpenParent(path, out TreeFolder parent))
        {
            return ReadOnlyDictionary<string, byte[]>.Empty;
        }

        using (parent)
        {
            byte[] file = ProcPath.Of(parent.Handle, path.Name);
            Errno error = Syscall.ListXattr(file, out byte[] names);
            if (error == Errno.ENOENT || (Check(error, "listxattr", path) && names.Length == 0))
            {
                return ReadOnlyDictionary<string, byte[]>.Empty;
            }

            var xattrs = new Dictionary<string, byte[]>();
            foreach (Range range in names.AsSpan().Split((byte)0))
            {
                // A name that goes between the two calls is as good as one that went before.
                if (OwnXattr.IsVisible(names.AsSpan(range)) && Syscall.GetXattr(file, names.AsSpan(range), out byte[] value) == Errno.OK)
                {
                    xattrs[Encoding.UTF8.GetString(names.AsSpan(range))] = value;
                }
            }

            return xattrs;
        }
    }

    public PlaceholderMark? ReadMark(TreePath file)
    {
        if (!TryOpenParent(file, out TreeFolder parent))
        {
            return null;
        }

        using (parent)
        {
            Errno error = Syscall.GetXattr(ProcPath.Of(parent.Handle, file.Name), OwnXattr.Placeholder, out byte[] value);
            // EOPNOTSUPP, EPERM: a symlink or a device has no user xattrs.
            return error is Errno.ENODATA or Errno.ENOENT or Errno.EOPNOTSUPP or Errno.EPERM || !Check(error, "getxattr", file) ? null : MarkFormat.Decode(value);
        }
    }

    public bool IsUnfilled(TreePath folder)
    {
        if (!TryOpenFolder(folder, FolderOnly, out TreeFolder open))
        {
            return false;
        }

        using (open)
        {
            Errno error = Syscall.GetXattr(ProcPath.Of(open.Handle, default), OwnXattr.Unfilled, out _);
            return error != Errno.ENODATA && Check(error, "getxattr", folder);
        }
    }

    public SafeFileHandle? OpenRead(TreePath file, FileIdentity identity) => OpenFile(file, identity, OpenFlags.ReadOnly);

    public bool HasWriters(TreePath file, FileIdentity identity)
    {
        using SafeFileHandle? open = OpenFile(file, identity, OpenFlags.ReadOnly);

        // A filesystem without leases cannot tell: then there may be one.
        return open is not null && (Syscall.HasWriters(open, out bool hasWriters) != Errno.OK || hasWriters);
    }

    /// <summary>Opens a regular file if its name still names this inode.</summary>
    private SafeFileHandle? OpenFile(TreePath file, FileIdentity identity, int flags)
    {
        if (!TryOpenParent(file, out TreeFolder parent))
        {
            return null;
        }

        using (parent)
        {
            SafeFileHandle? handle = OpenFile(parent, file, identity, flags, out FileStatus status);
            if (handle is null || status.IsRegular)
            {
                return handle;
            }

            handle.Dispose();
            return null;
        }
    }

    /// <summary>Opens a file or folder if its name still names this inode. Never blocks on a FIFO, and opens no device.</summary>
    private SafeFileHandle? OpenFile(TreeFolder parent, TreePath path, FileIdentity identity, int flags, out FileStatus status)
    {
        Errno error = Syscall.Stat(parent.Handle, NameOf(path), out status);
        if (IsAbsent(error) || (Check(error, "stat", path) && !(status.IsRegular || status.IsDirectory)))
        {
            return null;
        }

        error = Syscall.Open(parent.Handle, NameOf(path), flags | OpenFlags.NoFollow | OpenFlags.NonBlock, 0, out SafeFileHandle handle);
        if (IsAbsent(error) || error == Errno.EISDIR)
        {
            return null;
        }

        _ = Check(error, "open", path);
        if (Check(Syscall.Stat(handle, out status), "stat", path) && IdentityOf(status) == identity)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    private LocalEntry? TryStat(TreeFolder parent, TreePath path)
    {
        Errno error = Syscall.Stat(parent.Handle, NameOf(path), out FileStatus status);
        return IsAbsent(error) || !Check(error, "stat", path) ? null : Describe(status, ModeKeeper.Read(parent.Handle, NameOf(path), status));
    }

    private static ReadOnlySpan<byte> NameOf(TreePath path) => path.IsRoot ? "."u8 : path.Name;

    private static FileIdentity IdentityOf(in FileStatus status) => new(status.Inode, status.BirthTimeNs);

    private static LocalEntry Describe(in FileStatus status, uint mode) => new()
    {
        Kind = KindOf(status),
        Identity = IdentityOf(status),
        Size = status.Size,
        MtimeNs = status.ModifyTimeNs,
        CtimeNs = status.ChangeTimeNs,
        Mode = mode,
        Uid = status.Uid,
        Gid = status.Gid,
        Links = status.Links,
        Blocks = status.Blocks,
    };

    private static EntryKind KindOf(in FileStatus status) => (status.Mode & StatMode.TypeMask) switch
    {
        StatMode.Regular => EntryKind.File,
        StatMode.Directory => EntryKind.Folder,
        StatMode.Symlink => EntryKind.Symlink,
        _ => EntryKind.Special,
    };
}
