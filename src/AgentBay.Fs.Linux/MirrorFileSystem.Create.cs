namespace AgentBay.Fs.Linux;

public sealed partial class MirrorFileSystem
{
    private static Node? NoNode => null;

    public override ValueTask<FuseResult<FuseCreated>> Create(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask, int flags)
    {
        Errno refused = Refuse(parent, out Node? folder);
        if (refused != Errno.OK)
        {
            return Result<FuseCreated>(refused);
        }

        ValueTask filled = Fill(folder!, request);
        return filled.IsCompletedSuccessfully
            ? Result(CreateNow(request, folder!, name, mode, flags))
            : After(filled, (fs: this, request, folder, name: name.ToArray(), mode, flags), static s => s.fs.CreateNow(s.request, s.folder!, s.name, s.mode, s.flags));
    }

    private FuseResult<FuseCreated> CreateNow(FuseRequest request, Node parent, ReadOnlySpan<byte> name, uint mode, int flags)
    {
        using (host.Gate.EnterShared())
        {
            Errno error = BorrowFolder(parent, out Borrowed folder);
            if (error != Errno.OK)
            {
                return error;
            }

            using (folder)
            {
                int access = (Passthrough ? OpenFlags.ReadOnly : OpenFlags.ReadWrite) | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
                error = Syscall.Open(folder.Handle, name, access, files.Modes.ForInode(mode, folder: false), out SafeFileHandle file);

                // Sync placed it since the kernel looked. After ESTALE the kernel looks again: O_EXCL fails then, any other opens what is there.
                error = error == Errno.EEXIST ? Errno.ESTALE : error;
                if (error == Errno.OK && (error = Own(request, folder.Handle, file, mode)) != Errno.OK)
                {
                    _ = Syscall.Unlink(folder.Handle, name);
                }

                if (error != Errno.OK)
                {
                    file.Dispose();
                    return error;
                }

                FuseResult<FuseCreated> created = Created(file, parent, name, mode, flags);
                host.Journal.NameChanged(PathOf(parent, name));
                return created;
            }
        }
    }

    public override ValueTask<FuseResult<FuseCreated>> TemporaryFile(FuseRequest request, NodeId parent, uint mode, uint umask, int flags)
    {
        Errno error = Refuse(parent, out Node? directory);
        if (error == Errno.OK)
        {
            error = BorrowFolder(directory!, out Borrowed folder);
            if (error == Errno.OK)
            {
                using (folder)
                {
                    error = Syscall.Open(folder.Handle, "."u8, OpenFlags.TemporaryFile | OpenFlags.ReadWrite, files.Modes.ForInode(mode, folder: false), out SafeFileHandle file);
                    error = error == Errno.OK ? Own(request, folder.Handle, file, mode) : error;
                    if (error == Errno.OK && Passthrough)
                    {
                        error = Reopen(ref file, OpenFlags.ReadOnly); // O_TMPFILE wants a writer, and ours must be none.
                    }

                    if (error == Errno.OK)
                    {
                        return Result(Created(file, null, default, mode, flags));
                    }

                    file.Dispose();
                }
            }
        }

        return Result<FuseCreated>(error);
    }

    /// <summary>The node of a new file, open.</summary>
    private FuseResult<FuseCreated> Created(SafeFileHandle file, Node? parent, ReadOnlySpan<byte> name, uint mode, int flags)
    {
        Errno error = Syscall.Stat(file, out FileStatus status);
        if (error != Errno.OK)
        {
            file.Dispose();
            return error;
        }

        ForgetPlaceholder(status.Inode);
        Node node = parent is null ? nodes.Nameless(status) : nodes.Found(parent, name, status, created: true);
        lock (node)
        {
            error = Attach(node, file);
            if (error != Errno.OK)
            {
                nodes.Forget(node.Id, 1);
                return error;
            }

            CountOpen(node, flags);
        }

        return new FuseCreated(Entry(node, status with { Mode = StatMode.Regular | (mode & StatMode.PermissionMask) }), Opened(node));
    }

    /// <summary>An inode that has just been made is no placeholder, whoever had its number before.</summary>
    private void ForgetPlaceholder(ulong inode)
    {
        if (host.Placeholders.Count > 0 && host.Placeholders.TryGet(inode, out _))
        {
            host.Placeholders.Remove(inode);
        }
    }

    public override ValueTask<FuseResult<FuseEntry>> MakeDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask) =>
        Make(request, parent, name, new NewEntry(StatMode.Directory | (mode & StatMode.PermissionMask), 0, null));

    public override ValueTask<FuseResult<FuseEntry>> MakeNode(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint device, uint umask) =>
        Make(request, parent, name, new NewEntry((mode & StatMode.TypeMask) == 0 ? mode | StatMode.Regular : mode, device, null));

    public override ValueTask<FuseResult<FuseEntry>> Symlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target) =>
        Make(request, parent, name, new NewEntry(StatMode.Symlink | 0x1FF, 0, target.ToArray()));

    /// <param name="Mode">With its type bits.</param>
    private readonly record struct NewEntry(uint Mode, uint Device, byte[]? Target)
    {
        internal uint Type => Mode & StatMode.TypeMask;

        internal uint Permissions => Mode & StatMode.PermissionMask;
    }

    private ValueTask<FuseResult<FuseEntry>> Make(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, NewEntry entry)
    {
        Errno refused = Refuse(parent, out Node? folder);
        if (refused != Errno.OK)
        {
            return Result<FuseEntry>(refused);
        }

        ValueTask filled = Fill(folder!, request);
        return filled.IsCompletedSuccessfully
            ? Result(MakeNow(request, folder!, name, entry))
            : After(filled, (fs: this, request, folder, name: name.ToArray(), entry), static s => s.fs.MakeNow(s.request, s.folder!, s.name, s.entry));
    }

    private FuseResult<FuseEntry> MakeNow(FuseRequest request, Node parent, ReadOnlySpan<byte> name, NewEntry entry)
    {
        using (host.Gate.EnterShared())
        {
            Errno error = BorrowFolder(parent, out Borrowed folder);
            if (error != Errno.OK)
            {
                return error;
            }

            using (folder)
            {
                error = MakeEntry(folder.Handle, name, entry);
                if (error != Errno.OK)
                {
                    return error;
                }

                error = Own(request, folder.Handle, name, entry);
                FileStatus status = default;
                error = error == Errno.OK ? StatShown(folder.Handle, name, out status) : error;
                if (error != Errno.OK)
                {
                    _ = entry.Type == StatMode.Directory ? Syscall.RemoveDirectory(folder.Handle, name) : Syscall.Unlink(folder.Handle, name);
                    return error;
                }

                ForgetPlaceholder(status.Inode);
                if (status.IsDirectory)
                {
                    host.FolderCreated(status.Inode);
                }

                host.Journal.NameChanged(PathOf(parent, name));
                Node node = nodes.Found(parent, name, status, created: true);
                return Entry(node, status);
            }
        }
    }

    private Errno MakeEntry(SafeFileHandle folder, ReadOnlySpan<byte> name, NewEntry entry) => entry.Type switch
    {
        StatMode.Directory => Syscall.MakeDirectory(folder, name, files.Modes.ForInode(entry.Permissions, folder: true)),
        StatMode.Symlink => Syscall.Symlink(entry.Target, folder, name),
        StatMode.Regular => Syscall.MakeNode(folder, name, StatMode.Regular | files.Modes.ForInode(entry.Permissions, folder: false), 0),
        _ => Syscall.MakeNode(folder, name, entry.Mode, entry.Device),
    };

    /// <summary>Gives a new file the caller's owner, and the mode that the inode itself cannot carry.</summary>
    private Errno Own(FuseRequest request, SafeFileHandle folder, SafeFileHandle file, uint mode)
    {
        mode &= StatMode.PermissionMask;
        Errno error = Errno.OK;
        bool chown = NewOwner(request, folder, out int uid, out int gid);
        if (chown)
        {
            error = Syscall.ChangeOwner(file, uid, gid);
        }

        // chown clears setuid; and a mode that is kept in an xattr has still to be written there.
        return error != Errno.OK || (files.Modes.IsOnInode(mode, folder: false) && !(chown && (mode & (StatMode.SetUid | StatMode.SetGid)) != 0)) ? error : SetMode(file, mode);
    }

    private Errno Own(FuseRequest request, SafeFileHandle folder, ReadOnlySpan<byte> name, NewEntry entry)
    {
        if (NewOwner(request, folder, out int uid, out int gid))
        {
            Errno error = Syscall.ChangeOwner(folder, name, uid, gid);
            if (error != Errno.OK)
            {
                return error;
            }
        }

        bool isFolder = entry.Type == StatMode.Directory;
        if (!(isFolder || entry.Type == StatMode.Regular) || files.Modes.IsOnInode(entry.Permissions, isFolder))
        {
            return Errno.OK;
        }

        Errno opened = Syscall.Open(folder, name, OpenFlags.NoFollow, 0, out SafeFileHandle made);
        using (made)
        {
            return opened == Errno.OK ? SetMode(made, entry.Permissions) : opened;
        }
    }

    private Errno SetMode(SafeFileHandle file, uint mode)
    {
        Errno error = Syscall.Stat(file, out FileStatus status);
        return error == Errno.OK ? files.Modes.Set(file, mode, status) : error;
    }

    /// <summary>A setgid folder gives its group, which the disk has done already.</summary>
    /// <returns>False when a new entry has the right owner as it is.</returns>
    private bool NewOwner(FuseRequest request, SafeFileHandle folder, out int uid, out int gid)
    {
        uid = gid = -1;
        if (!files.CanSetOwner || (request.Uid == Syscall.EffectiveUid && request.Gid == Syscall.EffectiveGid))
        {
            return false;
        }

        uid = (int)request.Uid;
        bool inherits = Syscall.Stat(folder, out FileStatus status) == Errno.OK && (status.Mode & StatMode.SetGid) != 0;
        gid = inherits ? -1 : (int)request.Gid;
        return true;
    }

    /// <summary>What stands against any change in a folder.</summary>
    private Errno Refuse(NodeId parent, out Node? folder)
    {
        folder = NoNode;
        return host.ReadOnly ? Errno.EROFS : !nodes.TryGet(parent, out folder) ? Errno.ESTALE : Errno.OK;
    }

    /// <summary>The path of a name in a folder that is there: its descriptor has just been used under the gate.</summary>
    private TreePath PathOf(Node folder, ReadOnlySpan<byte> name) =>
        nodes.TryGetPath(folder, out TreePath path) ? path.Append(name) : throw new FsException(FsError.Stale, "The folder was removed meanwhile.");
}
