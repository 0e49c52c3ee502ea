namespace AgentBay.Fs.Linux;

public sealed partial class LinuxMirrorFiles
{
    private const uint NoReplace = 1;

    public LocalEntry? PlacePlaceholder(TreePath path, PlaceholderMark mark, EntryAttributes attributes, FileIdentity? replace)
    {
        if (!TryOpenParent(path, out TreeFolder parent))
        {
            throw MissingParent(path);
        }

        using (parent)
        {
            byte[] aside = NewStagingName();
            _ = Check(Syscall.Open(staging, aside, OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.ReadWrite | OpenFlags.NoFollow, 0x180, out SafeFileHandle file), "create in staging for", path);
            using (file)
            {
                return PlaceOrUndo(parent, path, aside, replace, () =>
                {
                    _ = Check(Syscall.SetXattr(file, OwnXattr.Placeholder, MarkFormat.Encode(mark)), "setxattr", path);
                    _ = Check(Syscall.Truncate(file, mark.Size), "truncate", path);
                    Apply(file, path, attributes);
                });
            }
        }
    }

    public LocalEntry? PlaceSymlink(TreePath path, ReadOnlySpan<byte> target, EntryAttributes attributes, FileIdentity? replace)
    {
        if (!TryOpenParent(path, out TreeFolder parent))
        {
            throw MissingParent(path);
        }

        using (parent)
        {
            byte[] aside = NewStagingName();
            _ = Check(Syscall.Symlink(target, staging, aside), "symlink in staging for", path);
            return PlaceOrUndo(parent, path, aside, replace, () => ApplyToLink(staging, aside, path, attributes));
        }
    }

    public LocalEntry? PlaceFolder(TreePath path, EntryAttributes attributes)
    {
        if (TryStat(path) is { } there)
        {
            return there.Kind == EntryKind.Folder ? there : null;
        }

        if (!TryOpenParent(path, out TreeFolder parent))
        {
            throw MissingParent(path);
        }

        using (parent)
        {
            byte[] aside = NewStagingName();
            _ = Check(Syscall.MakeDirectory(staging, aside, 0x1C0), "mkdir in staging for", path);
            LocalEntry? placed = PlaceOrUndo(parent, path, aside, null, () =>
            {
                _ = Check(Syscall.Open(staging, aside, OpenFlags.Directory | OpenFlags.NoFollow, 0, out SafeFileHandle folder), "open in staging for", path);
                using (folder)
                {
                    _ = Check(Syscall.SetXattr(folder, OwnXattr.Unfilled, default), "setxattr", path);
                    Apply(folder, path, attributes);
                }
            });
            // Taken between the look and the rename: a folder there is as good.
            return placed ?? (TryStat(parent, path) is { Kind: EntryKind.Folder } other ? other : null);
        }
    }

    public LocalEntry? SetAttributes(TreePath path, FileIdentity identity, EntryAttributes attributes)
    {
        if (!TryOpenParent(path, out TreeFolder parent))
        {
            return null;
        }

        using (parent)
        {
            using SafeFileHandle? file = OpenFile(parent, path, identity, OpenFlags.ReadOnly, out FileStatus status);
            if (file is not null)
            {
                RemoveOtherXattrs(file, path, attributes);
                Apply(file, path, attributes);
                return Describe(file);
            }

            if (TryStat(parent, path) is not { Kind: EntryKind.Symlink or EntryKind.Special } link || link.Identity != identity)
            {
                return null;
            }

            ApplyToLink(parent.Handle, path.Name, path, attributes);
            return TryStat(parent, path);
        }
    }

    public void ClearUnfilled(TreePath folder)
    {
        if (!TryOpenFolder(folder, OpenFlags.ReadOnly, out TreeFolder open))
        {
            return;
        }

        // Names and mark are metadata of one journal (ext4, xfs, btrfs): after a power loss the mark is not gone before the names are there.
        using (open)
        {
            Errno error = Syscall.RemoveXattr(open.Handle, OwnXattr.Unfilled);
            _ = error == Errno.ENODATA || Check(error, "removexattr", folder);
        }
    }

    public bool Rename(TreePath from, FileIdentity identity, TreePath to)
    {
        if (from.IsRoot || to.IsRoot || !TryOpenParent(from, out TreeFolder oldParent))
        {
            return false;
        }

        using (oldParent)
        {
            if (!TryOpenParent(to, out TreeFolder newParent))
            {
                throw MissingParent(to);
            }

            using (newParent)
            {
                if (TryStat(oldParent, from)?.Identity != identity)
                {
                    return false;
                }

                Errno error = Syscall.Rename(oldParent.Handle, from.Name, newParent.Handle, to.Name, NoReplace);
                return error is not (Errno.EEXIST or Errno.ENOENT) && Check(error, "rename", from);
            }
        }
    }

    public bool Remove(TreePath path, FileIdentity identity)
    {
        if (path.IsRoot || !TryOpenParent(path, out TreeFolder parent))
        {
            return false;
        }

        using (parent)
        {
            if (TryStat(parent, path) is not { } entry || entry.Identity != identity)
            {
                return false;
            }

            Errno error = entry.Kind == EntryKind.Folder ? Syscall.RemoveDirectory(parent.Handle, path.Name) : Syscall.Unlink(parent.Handle, path.Name);
            return error is not (Errno.ENOTEMPTY or Errno.EEXIST or Errno.ENOENT or Errno.ENOTDIR or Errno.EISDIR) && Check(error, "remove", path);
        }
    }

    /// <summary>Completes what is aside and renames it into the tree; whatever goes wrong, nothing stays aside.</summary>
    private LocalEntry? PlaceOrUndo(TreeFolder parent, TreePath path, byte[] aside, FileIdentity? replace, Action complete)
    {
        var placed = false;
        try
        {
            complete();
            _ = Check(Syscall.Stat(staging, aside, out FileStatus status), "stat in staging for", path);
            uint mode = ModeKeeper.Read(staging, aside, status);
            placed = MoveIn(parent, path, aside, replace);
            // The rename itself moves ctime on most filesystems.
            return placed ? TryStat(parent, path) ?? Describe(status, mode) : null;
        }
        finally
        {
            if (!placed && Syscall.Unlink(staging, aside) == Errno.EISDIR)
            {
                _ = Syscall.RemoveDirectory(staging, aside);
            }
        }
    }

    private bool MoveIn(TreeFolder parent, TreePath path, byte[] aside, FileIdentity? replace)
    {
        // The caller holds the namespace gate, so the name cannot change between this look and the rename.
        if (replace is { } expected && TryStat(parent, path)?.Identity != expected)
        {
            return false;
        }

        Errno error = Syscall.Rename(staging, aside, parent.Handle, path.Name, replace is null ? NoReplace : 0);
        return error is not (Errno.EEXIST or Errno.EISDIR or Errno.ENOTDIR or Errno.ENOTEMPTY) && Check(error, "rename into the tree", path);
    }

    /// <summary>Owner first (chown clears setuid), mode next, the modification time last.</summary>
    private void Apply(SafeFileHandle file, TreePath path, EntryAttributes attributes)
    {
        if (CanSetOwner && (attributes.Uid ?? attributes.Gid) is not null)
        {
            _ = Check(Syscall.ChangeOwner(file, (int?)attributes.Uid ?? -1, (int?)attributes.Gid ?? -1), "chown", path);
        }

        foreach ((string name, byte[] value) in attributes.Xattrs)
        {
            byte[] key = System.Text.Encoding.UTF8.GetBytes(name);
            if (OwnXattr.IsVisible(key))
            {
                CheckXattr(Syscall.SetXattr(file, key, value), path);
            }
        }

        _ = Check(Syscall.Stat(file, out FileStatus status), "stat", path);
        _ = Check(modes.Set(file, attributes.Mode, status), "chmod", path);
        _ = Check(Syscall.SetTimes(file, null, attributes.MtimeNs), "utimens", path);
    }

    /// <summary>A symlink has neither mode nor xattrs.</summary>
    private void ApplyToLink(SafeFileHandle folder, ReadOnlySpan<byte> name, TreePath path, EntryAttributes attributes)
    {
        if (CanSetOwner && (attributes.Uid ?? attributes.Gid) is not null)
        {
            _ = Check(Syscall.ChangeOwner(folder, name, (int?)attributes.Uid ?? -1, (int?)attributes.Gid ?? -1), "chown", path);
        }

        _ = Check(Syscall.SetTimes(folder, name, null, attributes.MtimeNs), "utimens", path);
    }

    private void RemoveOtherXattrs(SafeFileHandle file, TreePath path, EntryAttributes attributes)
    {
        _ = Check(Syscall.ListXattr(file, out byte[] names), "listxattr", path);
        foreach (Range range in names.AsSpan().Split((byte)0))
        {
            ReadOnlySpan<byte> name = names.AsSpan(range);
            if (OwnXattr.IsVisible(name) && !attributes.Xattrs.ContainsKey(System.Text.Encoding.UTF8.GetString(name)))
            {
                Errno error = Syscall.RemoveXattr(file, name);
                _ = error == Errno.ENODATA || Check(error, "removexattr", path);
            }
        }
    }

    /// <summary>ENOSPC of setxattr is mostly not the disk's: the filesystem's room for one inode's xattrs is used up.</summary>
    private void CheckXattr(Errno error, TreePath path) =>
        _ = error is Errno.E2BIG or Errno.ERANGE || (error == Errno.ENOSPC && FreeSpace > 0)
            ? throw new FsException(FsError.TooLarge, $"The xattrs of {path} are larger than the mirror's filesystem can keep.")
            : Check(error, "setxattr", path);

    private static FsException MissingParent(TreePath path) => new(FsError.Stale, $"The folder of {path} is not in the mirror.");
}
