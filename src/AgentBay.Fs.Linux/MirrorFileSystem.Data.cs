namespace AgentBay.Fs.Linux;

public sealed partial class MirrorFileSystem
{
    /// <summary>Bytes from which a copy is made on another thread than the one that reads requests.</summary>
    private const long LongCopy = 1 << 20;

    public override ValueTask<FuseResult<FuseOpen>> Open(FuseRequest request, NodeId node, int flags)
    {
        if (!nodes.TryGet(node, out Node? file))
        {
            return Result<FuseOpen>(Errno.ESTALE);
        }

        if (!file.IsRegular)
        {
            return Result<FuseOpen>(file.IsFolder ? Errno.EISDIR : Errno.ENXIO);
        }

        if (host.ReadOnly && (IsWrite(flags) || IsTruncating(flags)))
        {
            return Result<FuseOpen>(Errno.EROFS);
        }


        // In passthrough no write is seen, so the bits go when a user opens the file for one.
        bool stripSuid = request.KillSuidGid || (IsWrite(flags) && request.Uid != 0);
        ValueTask ready = MakeReady(file, request, discard: IsTruncating(flags));
        return ready.IsCompletedSuccessfully
            ? Result(OpenNow(file, flags, stripSuid))
            : After(ready, (fs: this, file, flags, stripSuid), static s => s.fs.OpenNow(s.file, s.flags, s.stripSuid));
    }

    private static bool IsWrite(int flags) => (flags & OpenFlags.AccessMask) != OpenFlags.ReadOnly;

    private static bool IsTruncating(int flags) => (flags & OpenFlags.Truncate) != 0;

    /// <summary>Completes when a file's bytes are here, or need not come.</summary>
    private ValueTask MakeReady(Node file, FuseRequest request, bool discard) =>
        !IsPlaceholder(file, out _) || !nodes.TryGetPath(file, out TreePath path) ? default
        : discard ? host.DiscardPlaceholderAsync(path, file.Inode, request.Interrupted)
        : host.HydrateAsync(path, file.Inode, request.Interrupted);

    private FuseResult<FuseOpen> OpenNow(Node file, int flags, bool stripSuid)
    {
        using (host.Gate.EnterShared())
        {
            lock (file)
            {
                Errno error = EnsureHandle(file, write: IsWrite(flags));
                if (error != Errno.OK)
                {
                    return error;
                }

                if (IsTruncating(flags))
                {
                    error = Truncate(file, file.Handle!, 0);
                }

                if (error == Errno.OK && stripSuid)
                {
                    error = StripSuid(file.Handle!);
                }

                if (error != Errno.OK)
                {
                    return error;
                }

                CountOpen(file, flags);
            }

            if (IsTruncating(flags))
            {
                NoteChange(file, written: true);
            }
        }

        if (Passthrough && (flags & OpenFlags.AccessMask) == OpenFlags.ReadWrite)
        {
            notices?.AttributesChanged(file.Id); // They may be cached for a day, and a map's writes will not show there.
        }

        return Opened(file);
    }

    private Errno StripSuid(SafeFileHandle handle)
    {
        Errno error = Syscall.Stat(handle, out FileStatus status);
        return error == Errno.OK ? KillSuidGid(handle, status) : error;
    }

    /// <summary>The kernel's writes and maps all go through one descriptor of the node's. The caller holds the node's lock.</summary>
    private Errno EnsureHandle(Node file, bool write)
    {
        if (file.Handle is not null)
        {
            file.RecentlyUsed = true;

            // The descriptor outlives the name: sync may have put another inode there, and what is written to this one would be lost.
            return write ? NameStillThere(file) : Errno.OK;
        }

        int access = Passthrough || host.ReadOnly ? OpenFlags.ReadOnly : OpenFlags.ReadWrite;
        Errno error = OpenByName(file, access, out SafeFileHandle handle);
        return error == Errno.OK ? Attach(file, handle) : error;
    }

    /// <summary>Makes a descriptor the node's, with a backing id where the kernel gives one. The caller holds the node's lock.</summary>
    private Errno Attach(Node file, SafeFileHandle handle)
    {
        if (Passthrough)
        {
            Errno error = kernel.OpenBacking(handle, out BackingId id);
            file.Backing = error == Errno.OK ? id : BackingId.None;
            if (error != Errno.OK)
            {
                _ = nodes.TryGetPath(file, out TreePath path);
                Log.BackingRefused(logger, path, error);
                Errno reopened = host.ReadOnly ? Errno.OK : Reopen(ref handle, OpenFlags.ReadWrite);
                if (reopened != Errno.OK)
                {
                    handle.Dispose();
                    return reopened;
                }
            }
        }

        file.Handle = handle;
        return Errno.OK;
    }

    private static Errno Reopen(ref SafeFileHandle handle, int flags)
    {
        Errno error = Syscall.Open(Syscall.CurrentDirectory, Syscall.ProcSelfFd(handle), flags, 0, out SafeFileHandle other);
        if (error == Errno.OK)
        {
            handle.Dispose();
            handle = other;
        }

        return error;
    }

    /// <summary>The caller holds the node's lock.</summary>
    private void CountOpen(Node file, int flags)
    {
        file.Opens++;
        if (!IsWrite(flags))
        {
            return;
        }

        file.Writers++;
        file.ReadWriters += (flags & OpenFlags.AccessMask) == OpenFlags.ReadWrite ? 1 : 0;
        file.PlaceholderCtimeNs = 0;
        if (nodes.TryGetPath(file, out TreePath path))
        {
            file.WriterPath = path;
            host.Journal.WriterOpened(path, file.Inode);
        }
        else
        {
            file.UnreportedWriters++;
        }
    }

    private FuseOpen Opened(Node file) => file.Backing != BackingId.None
        ? new FuseOpen(default, FuseOpenFlags.Passthrough | NoFlush, file.Backing)
        : new FuseOpen(default, FuseOpenFlags.KeepCache | NoFlush);

    private FuseOpenFlags NoFlush => host.SyncOnClose ? 0 : FuseOpenFlags.NoFlush;

    /// <summary>One close of several, maybe, of one open. The kernel's writeback cache has handed over what it held; the answer is close's. ENOSYS: it need not ask again.</summary>
    public override ValueTask<Errno> Flush(FuseRequest request, NodeId node, HandleId handle) =>
        !host.SyncOnClose ? new(Errno.ENOSYS)
        : nodes.TryGet(node, out Node? file) && host.Journal.MayBeWritten(file.Inode) ? Fsync(request, node, handle, dataOnly: false)
        : new(Errno.OK);

    public override ValueTask<Errno> Release(FuseRequest request, NodeId node, HandleId handle, int flags)
    {
        if (!nodes.TryGet(node, out Node? file))
        {
            return new(Errno.ESTALE);
        }

        var idle = false;
        lock (file)
        {
            file.Opens--;
            if (IsWrite(flags))
            {
                CloseWriter(file, flags);
            }

            if (file.Opens == 0)
            {
                // Kept for the next open: only what the kernel reads by itself (ours to write would be a writer to everyone), and only with a name (else the disk's space).
                idle = file.Backing != BackingId.None && nodes.TryGetName(file, out _, out _);
                if (!idle)
                {
                    RememberStatus(file);
                    DropHandle(file);
                }
            }
        }

        if (idle)
        {
            idleFiles.Add(file);
        }

        nodes.Closed(file);
        return new(Errno.OK);
    }

    /// <summary>The caller holds the node's lock.</summary>
    private void CloseWriter(Node file, int flags)
    {
        file.Writers--;
        file.ReadWriters -= (flags & OpenFlags.AccessMask) == OpenFlags.ReadWrite ? 1 : 0;
        if (file.UnreportedWriters > 0)
        {
            file.UnreportedWriters--;
            return;
        }

        // A map of a file in passthrough is one of the mirror's file and outlives the handle. Without, the map holds the handle.
        bool stillMapped = file is { Writers: 0, Handle: { } own } && file.Backing != BackingId.None
            && (Syscall.HasWriters(own, out bool hasWriters) != Errno.OK || hasWriters);
        file.Mapped |= stillMapped;
        host.Journal.WriterClosed(nodes.TryGetPath(file, out TreePath path) ? path : file.WriterPath, file.Inode, stillMapped);
        if (stillMapped)
        {
            _ = LookForMapAgainAsync(file);
        }
    }

    /// <summary>
    /// RELEASE may be here before the kernel has let go of the mirror's file: what looked like a map is gone a moment later. A real one
    /// stays on the watch list.
    /// </summary>
    private async Task LookForMapAgainAsync(Node file)
    {
        foreach (int milliseconds in (int[])[10, 100, 1000])
        {
            await Task.Delay(milliseconds);
            if (!Borrowed.TryTake(file.Handle, out Borrowed own))
            {
                return;
            }

            using (own)
            {
                if (Syscall.HasWriters(own.Handle, out bool hasWriters) == Errno.OK && !hasWriters)
                {
                    host.Journal.WriterGone(file.Inode);
                    return;
                }
            }
        }
    }

    public override ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer)
    {
        if (!nodes.TryGet(node, out Node? file) || file.Handle is not { } open)
        {
            return Result<int>(Errno.EBADF);
        }

        var total = 0;
        while (total < buffer.Length)
        {
            Errno error = Syscall.Read(open, buffer.Span[total..], offset + total, out int count);
            if (error != Errno.OK)
            {
                return Result<int>(error);
            }

            if (count == 0)
            {
                break; // A short answer means the end of the file, so it is given for nothing else.
            }

            total += count;
        }

        return Result<int>(total);
    }

    public override ValueTask<FuseResult<int>> Write(FuseRequest request, NodeId node, HandleId handle, long offset, ReadOnlyMemory<byte> data, bool fromCache, bool killSuidGid)
    {
        if (!nodes.TryGet(node, out Node? file) || file.Handle is not { } open)
        {
            return Result<int>(Errno.EBADF);
        }

        Errno error = Syscall.Write(open, data.Span, offset, out int count);
        if (error == Errno.OK && killSuidGid)
        {
            error = StripSuid(open);
        }

        if (count > 0)
        {
            KeepKernelsMtime(file, open);
        }

        return count > 0 ? Result<int>(count) : Result<int>(error == Errno.OK ? 0 : error);
    }

    /// <summary>
    /// After a change of a file's bytes. With the writeback cache its time is when the program wrote, and the kernel tells it before the bytes,
    /// beside them or after; where its clock did not move on since the file was made, not at all. So what it told last goes over what the change
    /// has just set, one at a time: an older one must not come to lie over a newer.
    /// </summary>
    private void KeepKernelsMtime(Node file, SafeFileHandle open)
    {
        if (!WritebackCache)
        {
            return;
        }

        lock (file)
        {
            if (file.KernelMtimeNs is { } told)
            {
                _ = Syscall.SetTimes(open, null, told); // The bytes are here, and count: where the disk refuses the time, the file is one of now.
            }
        }
    }

    public override async ValueTask<Errno> Fsync(FuseRequest request, NodeId node, HandleId handle, bool dataOnly)
    {
        if (!nodes.TryGet(node, out Node? file))
        {
            return Errno.ESTALE;
        }

        // The threads that read requests are few, and a disk takes its time.
        Errno error = await Task.Run(() => SyncFile(file, dataOnly));
        TreePath path = default;
        try
        {
            // A file without a name has nowhere to go but the local disk; so has one whose name sync gave to another inode. A rename
            // meanwhile: once more, under the new name.
            TreePath? tried = null;
            while (error == Errno.OK && host.FsyncReachesStore && nodes.TryGetPath(file, out path) && path != tried
                && !await host.FsyncAsync(path, file.Inode, request.Interrupted))
            {
                request.Interrupted.ThrowIfCancellationRequested();
                tried = path;
            }

            return error;
        }
        catch (Exception failure) when (ErrnoMap.Of(failure) is not null)
        {
            return Failed(path, failure);
        }
    }

    private Errno SyncFile(Node file, bool dataOnly)
    {
        Errno error = BorrowReadable(file, out Borrowed open);
        if (error != Errno.OK)
        {
            return error;
        }

        using (open)
        {
            return dataOnly ? Syscall.SyncData(open.Handle) : Syscall.Sync(open.Handle);
        }
    }

    public override ValueTask<FuseResult<long>> Seek(FuseRequest request, NodeId node, HandleId handle, long offset, int whence)
    {
        if (!nodes.TryGet(node, out Node? file) || file.Handle is not { } open)
        {
            return Result<long>(Errno.EBADF);
        }

        // Open, so its bytes are here. The position that this moves is nobody's: all else names its offset.
        Errno error = Syscall.Seek(open, offset, whence, out long position);
        return error != Errno.OK ? Result<long>(error) : Result<long>(position);
    }

    public override ValueTask<Errno> Allocate(FuseRequest request, NodeId node, HandleId handle, int mode, long offset, long length)
    {
        if (!nodes.TryGet(node, out Node? file))
        {
            return new(Errno.ESTALE);
        }

        using (host.Gate.EnterShared())
        {
            Errno error = OpenWritable(file, out SafeFileHandle writable);
            using (writable)
            {
                error = error == Errno.OK ? Syscall.Allocate(writable, mode, offset, length) : error;
                if (error == Errno.OK)
                {
                    KeepKernelsMtime(file, writable);
                    NoteChange(file, written: true);
                }
            }

            return new(error);
        }
    }

    public override ValueTask<FuseResult<int>> CopyFileRange(FuseRequest request, NodeId fromNode, HandleId fromHandle, long fromOffset, NodeId toNode, HandleId toHandle, long toOffset, long length)
    {
        if (!nodes.TryGet(fromNode, out Node? from) || !nodes.TryGet(toNode, out Node? to))
        {
            return Result<int>(Errno.ESTALE);
        }

        return length <= LongCopy
            ? Result(Copy(from, fromOffset, to, toOffset, length))
            : new(Task.Run(() => Copy(from, fromOffset, to, toOffset, length)));
    }

    private FuseResult<int> Copy(Node from, long fromOffset, Node to, long toOffset, long length)
    {
        Errno error = BorrowReadable(from, out Borrowed source);
        if (error != Errno.OK)
        {
            return error;
        }

        using (source)
        using (host.Gate.EnterShared())
        {
            error = OpenWritable(to, out SafeFileHandle target);
            long copied = 0;
            using (target)
            {
                error = error == Errno.OK ? Syscall.CopyRange(source.Handle, fromOffset, target, toOffset, length, out copied) : error;
                if (error != Errno.OK)
                {
                    return error;
                }

                KeepKernelsMtime(to, target);
            }

            NoteChange(to, written: true);
            return (int)copied;
        }
    }

    /// <summary>The node's own descriptor, or a new read-only one of a file or folder that has a name.</summary>
    private Errno BorrowReadable(Node node, out Borrowed borrowed)
    {
        if (!node.IsFolder && Borrowed.TryTake(node.Handle, out borrowed))
        {
            return Errno.OK;
        }

        borrowed = default;
        Errno error = node.IsFolder ? OpenFolder(node, out SafeFileHandle handle) : OpenByName(node, OpenFlags.ReadOnly, out handle);
        if (error == Errno.OK)
        {
            _ = Borrowed.TryTake(handle, out borrowed);
            handle.Dispose(); // The borrower's count keeps it.
        }

        return error;
    }

    private Errno OpenFolder(Node node, out SafeFileHandle handle)
    {
        handle = null!;
        Errno error = BorrowFolder(node, out Borrowed folder);
        if (error != Errno.OK)
        {
            return error;
        }

        using (folder)
        {
            return Syscall.Open(folder.Handle, "."u8, OpenFlags.Directory, 0, out handle);
        }
    }

    private Errno OpenWritable(Node file, out SafeFileHandle handle)
    {
        if (!Borrowed.TryTake(file.Handle, out Borrowed own))
        {
            return OpenByName(file, OpenFlags.ReadWrite, out handle);
        }

        using (own)
        {
            return Syscall.Open(Syscall.CurrentDirectory, Syscall.ProcSelfFd(own.Handle), OpenFlags.ReadWrite, 0, out handle);
        }
    }

    private Errno OpenByName(Node file, int flags, out SafeFileHandle handle)
    {
        handle = new SafeFileHandle();
        if (!nodes.TryGetName(file, out Node? parent, out byte[] name))
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
            error = Syscall.Open(folder.Handle, name, flags | OpenFlags.NoFollow | OpenFlags.NonBlock, 0, out handle);
        }

        error = error is Errno.ENOENT or Errno.ELOOP ? Errno.ESTALE : error == Errno.OK ? Verify(handle, file) : error;
        if (error != Errno.OK)
        {
            handle.Dispose();
        }

        return error;
    }

    private Errno NameStillThere(Node file)
    {
        if (!nodes.TryGetName(file, out Node? parent, out byte[] name))
        {
            return Errno.OK;
        }

        Errno error = BorrowFolder(parent, out Borrowed folder);
        if (error != Errno.OK)
        {
            return error;
        }

        using (folder)
        {
            error = Syscall.Stat(folder.Handle, name, out FileStatus status);
            return error == Errno.OK && IsOf(status, file) ? Errno.OK : Errno.ESTALE;
        }
    }
}
