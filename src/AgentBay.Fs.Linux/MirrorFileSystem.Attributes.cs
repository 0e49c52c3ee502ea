using System.Runtime.CompilerServices;

namespace AgentBay.Fs.Linux;

public sealed partial class MirrorFileSystem
{
    public override ValueTask<FuseResult<FuseAttributesReply>> GetAttributes(FuseRequest request, NodeId node, HandleId? handle)
    {
        if (!nodes.TryGet(node, out Node? known))
        {
            return Result<FuseAttributesReply>(Errno.ESTALE);
        }

        Errno error = StatShown(known, out FileStatus status);
        return Result<FuseAttributesReply>(error != Errno.OK ? error : Reply(known, status));
    }

    public override ValueTask<FuseResult<FuseAttributesReply>> SetAttributes(FuseRequest request, NodeId node, in FuseSetAttributes change)
    {
        if (host.ReadOnly)
        {
            return Result<FuseAttributesReply>(Errno.EROFS);
        }

        if (!nodes.TryGet(node, out Node? known))
        {
            return Result<FuseAttributesReply>(Errno.ESTALE);
        }

        if (change.Size is { } size && IsPlaceholder(known, out _) && nodes.TryGetPath(known, out TreePath path))
        {
            ValueTask ready = size == 0
                ? host.DiscardPlaceholderAsync(path, known.Inode, request.Interrupted)
                : host.HydrateAsync(path, known.Inode, request.Interrupted);
            if (!ready.IsCompletedSuccessfully)
            {
                return After(ready, (fs: this, known, change), static s => s.fs.SetAttributesNow(s.known, s.change));
            }
        }

        return Result(SetAttributesNow(known, change));
    }

    private FuseResult<FuseAttributesReply> SetAttributesNow(Node node, in FuseSetAttributes change)
    {
        using (host.Gate.EnterShared())
        {
            Errno error = node.IsFolder || node.IsRegular ? ChangeOpen(node, change) : ChangeByName(node, change);
            if (error == Errno.ESTALE && IsKernelsOwn(change) && !nodes.TryGetName(node, out _, out _))
            {
                // The writeback cache hands in the times of a file that lost its last name: nobody will ever see them, and an error would
                // fail the syncfs that came upon it.
                return Reply(node, LastStatus(node, out FileStatus last) == Errno.OK ? last : new FileStatus { Inode = node.Inode, Mode = node.Type });
            }

            if (error != Errno.OK)
            {
                return error;
            }

            NoteChange(node, written: change.Size is not null);
        }

        Errno stat = StatShown(node, out FileStatus status);
        return stat != Errno.OK ? stat : Reply(node, status);
    }

    private static bool IsKernelsOwn(in FuseSetAttributes change) =>
        change is { Handle: null, Size: null, Mode: null, Uid: null, Gid: null };

    /// <summary>Of a file or folder: size, then owner (chown clears setuid), mode, times.</summary>
    private Errno ChangeOpen(Node node, in FuseSetAttributes change)
    {
        Errno error = BorrowReadable(node, out Borrowed borrowed);
        if (error != Errno.OK)
        {
            return error;
        }

        using (borrowed)
        {
            SafeFileHandle file = borrowed.Handle;
            error = Syscall.Stat(file, out FileStatus before);
            if (error == Errno.OK && change.Size is { } size)
            {
                error = Truncate(node, file, size);
            }

            if (error == Errno.OK && NewOwner(change, before) is { } owner)
            {
                error = Syscall.ChangeOwner(file, owner.Uid, owner.Gid);
            }

            if (error == Errno.OK && change.Mode is { } mode)
            {
                error = files.Modes.Set(file, mode, before);
            }
            else if (error == Errno.OK && change.KillSuidGid)
            {
                error = KillSuidGid(file, before);
            }

            return error != Errno.OK || (change.AccessTimeNs ?? change.ModifyTimeNs) is null ? error : SetTimes(node, file, change);
        }
    }

    /// <summary>Of a symlink, FIFO, socket or device, which are never opened.</summary>
    private Errno ChangeByName(Node node, in FuseSetAttributes change)
    {
        if (!nodes.TryGetName(node, out Node? parent, out byte[] name))
        {
            return Errno.ESTALE;
        }

        Errno error = BorrowFolder(parent, out Borrowed folder);
        if (error != Errno.OK)
        {
            return error;
        }

        using (folder)
        {
            error = Syscall.Stat(folder.Handle, name, out FileStatus before);
            if (error == Errno.OK && !IsOf(before, node))
            {
                error = Errno.ESTALE;
            }

            if (error == Errno.OK && NewOwner(change, before) is { } owner)
            {
                error = Syscall.ChangeOwner(folder.Handle, name, owner.Uid, owner.Gid);
            }

            if (error == Errno.OK && change.Mode is { } mode)
            {
                error = before.IsSymlink ? Errno.EOPNOTSUPP : Syscall.ChangeMode(folder.Handle, name, mode & StatMode.PermissionMask);
            }

            return error != Errno.OK || (change.AccessTimeNs ?? change.ModifyTimeNs) is null ? error
                : Syscall.SetTimes(folder.Handle, name, change.AccessTimeNs, change.ModifyTimeNs);
        }
    }

    private Errno Truncate(Node node, SafeFileHandle file, long size)
    {
        Errno error = Syscall.Open(Syscall.CurrentDirectory, Syscall.ProcSelfFd(file), OpenFlags.WriteOnly, 0, out SafeFileHandle writable);
        using (writable)
        {
            error = error == Errno.OK ? Syscall.Truncate(writable, size) : error;
            if (error == Errno.OK)
            {
                KeepKernelsMtime(node, writable);
            }

            return error;
        }
    }

    /// <summary>The owner to set; null when that is what the entry shows already (cp -p by a user without root sets what is there).</summary>
    private (int Uid, int Gid)? NewOwner(in FuseSetAttributes change, in FileStatus before)
    {
        int uid = change.Uid is { } u && u != (options.Uid ?? before.Uid) ? (int)u : -1;
        int gid = change.Gid is { } g && g != (options.Gid ?? before.Gid) ? (int)g : -1;

        // Root's chown to the same owner still clears setuid, as it does on any disk.
        return uid == -1 && gid == -1 && (!files.CanSetOwner || options.Uid is not null || options.Gid is not null || (change.Uid ?? change.Gid) is null)
            ? null
            : ((int?)change.Uid ?? uid, (int?)change.Gid ?? gid);
    }

    private Errno KillSuidGid(SafeFileHandle file, in FileStatus before)
    {
        uint mode = ModeKeeper.Read(file, before);
        return before.IsRegular && Killed(mode) is var killed && killed != mode ? files.Modes.Set(file, killed, before) : Errno.OK;
    }

    /// <summary>setgid without group execution is a mark for mandatory locks, and stays.</summary>
    private static uint Killed(uint mode) => mode & ~StatMode.SetUid & ((mode & 0x8) != 0 ? ~StatMode.SetGid : ~0u);

    private Errno SetTimes(Node node, SafeFileHandle file, in FuseSetAttributes change)
    {
        lock (node)
        {
            Errno error = SetTimesAndMark(node, file, change);
            if (error == Errno.OK && change.ModifyTimeNs is { } told)
            {
                node.KernelMtimeNs = told == FuseSetAttributes.Now ? null : told;
            }

            return error;
        }
    }

    /// <summary>
    /// A placeholder's mark carries the time that the end of its hydration sets, so the mark changes too. Looked at again
    /// afterwards: if the hydration ended in between, it may have set the old time over ours.
    /// </summary>
    private Errno SetTimesAndMark(Node node, SafeFileHandle file, in FuseSetAttributes change)
    {
        bool marked = change.ModifyTimeNs is not null && IsPlaceholder(node, out _);
        Errno error = Syscall.SetTimes(file, change.AccessTimeNs, change.ModifyTimeNs);
        if (!marked || error != Errno.OK)
        {
            return error;
        }

        error = Syscall.Stat(file, out FileStatus status);
        if (error != Errno.OK || !IsPlaceholder(node, out PlaceholderMark? mark))
        {
            return error;
        }

        PlaceholderMark changed = mark with { MtimeNs = change.ModifyTimeNs is FuseSetAttributes.Now or null ? status.ModifyTimeNs : change.ModifyTimeNs.Value };
        error = Syscall.SetXattr(file, OwnXattr.Placeholder, MarkFormat.Encode(changed), Syscall.XattrReplace);
        if (error is not (Errno.OK or Errno.ENODATA))
        {
            return error;
        }

        host.Placeholders.Set(node.Inode, changed);
        if (Syscall.GetXattr(file, OwnXattr.Placeholder, out _) != Errno.ENODATA)
        {
            return Errno.OK;
        }

        host.Placeholders.Remove(node.Inode);
        return Syscall.SetTimes(file, change.AccessTimeNs, changed.MtimeNs);
    }

    /// <summary>Tells the journal of every name that a changed inode has.</summary>
    private void NoteChange(Node node, bool written)
    {
        node.PlaceholderCtimeNs = 0;
        foreach (TreePath path in nodes.PathsOf(node))
        {
            if (written)
            {
                host.Journal.DataChanged(path, node.Inode);
            }
            else
            {
                host.Journal.NameChanged(path);
            }
        }
    }

    private bool IsPlaceholder(Node node, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PlaceholderMark? mark)
    {
        mark = null;
        return node.IsRegular && host.Placeholders.Count > 0 && host.Placeholders.TryGet(node.Inode, out mark);
    }

    /// <summary>What a node looks like, through its descriptor, its name, or from memory when it has neither.</summary>
    private Errno StatShown(Node node, out FileStatus status)
    {
        if (Borrowed.TryTake(node.Handle, out Borrowed own))
        {
            using (own)
            {
                return StatShown(own.Handle, default, out status);
            }
        }

        if (node == nodes.Root)
        {
            return StatShown(files.Tree, default, out status);
        }

        status = default;
        if (!nodes.TryGetName(node, out Node? parent, out byte[] name))
        {
            return LastStatus(node, out status);
        }

        Errno error = BorrowFolder(parent, out Borrowed folder);
        if (error != Errno.OK)
        {
            return error;
        }

        using (folder)
        {
            error = StatShown(folder.Handle, name, out status);
            return error != Errno.OK ? error : IsOf(status, node) ? Errno.OK : Errno.ESTALE;
        }
    }

    private static Errno LastStatus(Node node, out FileStatus status)
    {
        StrongBox<FileStatus>? last = node.LastStatus;
        status = last is null ? default : last.Value;
        return last is null ? Errno.ESTALE : Errno.OK;
    }

    /// <summary>
    /// One statx, and what a program is to see of it: the true mode, and of a placeholder the file that it stands for.
    /// An empty name means the descriptor itself.
    /// </summary>
    private Errno StatShown(SafeFileHandle folder, ReadOnlySpan<byte> name, out FileStatus status)
    {
        Errno error = StatRaw(folder, name, out status);
        if (error != Errno.OK)
        {
            return error;
        }

        if (status.IsRegular && host.Placeholders.Count > 0)
        {
            if (host.Placeholders.TryGet(status.Inode, out PlaceholderMark? mark))
            {
                status = status with { Size = mark.Size, ModifyTimeNs = mark.MtimeNs, Blocks = (mark.Size + 511) / 512 };
            }
            else if (status.ModifyTimeNs == status.ChangeTimeNs)
            {
                // Bytes were the last thing to change: by a hydration, perhaps, that ended after this statx and set the time back.
                error = StatRaw(folder, name, out status);
            }
        }

        if (error == Errno.OK && (status.Mode & StatMode.Sticky) != 0)
        {
            uint mode = name.IsEmpty && !status.IsDirectory ? ModeKeeper.Read(folder, status) : ModeKeeper.Read(folder, name, status);
            status = status with { Mode = (status.Mode & StatMode.TypeMask) | mode };
        }

        return error;
    }

    private static Errno StatRaw(SafeFileHandle folder, ReadOnlySpan<byte> name, out FileStatus status) =>
        name.IsEmpty ? Syscall.Stat(folder, out status) : Syscall.Stat(folder, name, out status);

    private FuseAttributesReply Reply(Node node, in FileStatus status) => new(Attributes(node, status), AttributeLifetime(node));

    private FuseEntry Entry(Node node, in FileStatus status)
    {
        if (WritebackCache && node.IsRegular)
        {
            lock (node)
            {
                node.KernelMtimeNs ??= status.ModifyTimeNs;
            }
        }

        return new FuseEntry
        {
            Node = node.Id,
            Attributes = Attributes(node, status),
            EntryLifetime = options.EntryLifetime,
            AttributesLifetime = AttributeLifetime(node),
        };
    }

    /// <summary>
    /// Writes in passthrough invalidate the attributes by themselves; writes through a map do not, so files that may have such a
    /// map are asked for each time.
    /// </summary>
    private TimeSpan AttributeLifetime(Node node)
    {
        if (node.Mapped && !host.Journal.HasWriter(node.Inode))
        {
            node.Mapped = false;
        }

        return node.Mapped || (node.ReadWriters > 0 && Passthrough) ? TimeSpan.Zero : options.AttributeLifetime;
    }

    private FuseAttributes Attributes(Node node, in FileStatus status) => new()
    {
        Inode = status.Inode,
        Size = status.Size,
        Blocks = status.Blocks,
        AccessTimeNs = status.AccessTimeNs,
        ModifyTimeNs = status.ModifyTimeNs,
        ChangeTimeNs = ShownCtime(node, status),
        Mode = status.Mode & ~(options.Umask & 0x1FF),
        Links = status.Links,
        Uid = options.Uid ?? status.Uid,
        Gid = options.Gid ?? status.Gid,
        Device = status.SpecialDevice,
        BlockSize = status.BlockSize,
    };

    private long ShownCtime(Node node, in FileStatus status)
    {
        if (!node.IsRegular)
        {
            return status.ChangeTimeNs;
        }

        if (node.PlaceholderCtimeNs == 0 && IsPlaceholder(node, out _))
        {
            node.PlaceholderCtimeNs = status.ChangeTimeNs;
        }

        return node.PlaceholderCtimeNs != 0 ? node.PlaceholderCtimeNs : status.ChangeTimeNs;
    }
}
