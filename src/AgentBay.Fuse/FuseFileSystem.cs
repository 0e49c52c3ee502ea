namespace AgentBay.Fuse;

/// <summary>
/// A filesystem that the kernel talks to, a method an opcode. Names are bytes without a NUL; a span is valid during the call
/// only, a memory until the returned task completes. A task that is complete when the method returns is answered on the
/// reading thread; any other is answered later from whichever thread completes it. What is not overridden answers ENOSYS,
/// which for most opcodes tells the kernel never to send it again. An exception is answered EIO and logged,
/// but an <see cref="OperationCanceledException"/> after <see cref="FuseRequest.Interrupted"/> was cancelled is answered EINTR.
/// Protocol: the kernel's <c>include/uapi/linux/fuse.h</c>, 7.45.
/// </summary>
public abstract class FuseFileSystem
{
    /// <summary>Called once, when INIT has been answered, before any other request.</summary>
    public virtual void Started(FuseSession session)
    {
    }

    public virtual ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => Refused<FuseEntry>();

    /// <summary>FORGET, and each item of BATCH_FORGET: the kernel dropped <paramref name="lookups"/> of the references that entry replies gave it.</summary>
    public virtual void Forget(NodeId node, ulong lookups)
    {
    }

    public virtual ValueTask<FuseResult<FuseAttributesReply>> GetAttributes(FuseRequest request, NodeId node, HandleId? handle) => Refused<FuseAttributesReply>();

    public virtual ValueTask<FuseResult<FuseAttributesReply>> SetAttributes(FuseRequest request, NodeId node, in FuseSetAttributes change) => Refused<FuseAttributesReply>();

    public virtual ValueTask<FuseResult<ReadOnlyMemory<byte>>> ReadLink(FuseRequest request, NodeId node) => Refused<ReadOnlyMemory<byte>>();

    public virtual ValueTask<FuseResult<FuseEntry>> Symlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target) => Refused<FuseEntry>();

    public virtual ValueTask<FuseResult<FuseEntry>> MakeNode(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint device, uint umask) => Refused<FuseEntry>();

    public virtual ValueTask<FuseResult<FuseEntry>> MakeDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask) => Refused<FuseEntry>();

    public virtual ValueTask<Errno> Unlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => new(Errno.ENOSYS);

    public virtual ValueTask<Errno> RemoveDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => new(Errno.ENOSYS);

    /// <summary>RENAME and RENAME2.</summary>
    /// <param name="flags"><c>RENAME_NOREPLACE</c> 1, <c>RENAME_EXCHANGE</c> 2, <c>RENAME_WHITEOUT</c> 4.</param>
    public virtual ValueTask<Errno> Rename(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, NodeId newParent, ReadOnlySpan<byte> newName, uint flags) => new(Errno.ENOSYS);

    public virtual ValueTask<FuseResult<FuseEntry>> Link(FuseRequest request, NodeId node, NodeId newParent, ReadOnlySpan<byte> newName) => Refused<FuseEntry>();

    /// <param name="flags">open(2) flags as the program gave them, without O_CREAT, O_EXCL, O_NOCTTY.</param>
    public virtual ValueTask<FuseResult<FuseOpen>> Open(FuseRequest request, NodeId node, int flags) => Refused<FuseOpen>();

    public virtual ValueTask<FuseResult<FuseCreated>> Create(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask, int flags) => Refused<FuseCreated>();

    /// <summary>TMPFILE (<c>O_TMPFILE</c>): a nameless file in <paramref name="parent"/>'s filesystem, open.</summary>
    public virtual ValueTask<FuseResult<FuseCreated>> TemporaryFile(FuseRequest request, NodeId parent, uint mode, uint umask, int flags) => Refused<FuseCreated>();

    /// <returns>How many bytes of <paramref name="buffer"/> were filled; fewer than asked means end of file.</returns>
    public virtual ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer) => Refused<int>();

    /// <param name="fromCache">The kernel writes back its page cache (<c>FUSE_WRITE_CACHE</c>): uid, gid and pid of the request say nothing.</param>
    public virtual ValueTask<FuseResult<int>> Write(FuseRequest request, NodeId node, HandleId handle, long offset, ReadOnlyMemory<byte> data, bool fromCache, bool killSuidGid) => Refused<int>();

    public virtual ValueTask<Errno> Flush(FuseRequest request, NodeId node, HandleId handle) => new(Errno.ENOSYS);

    /// <param name="flags">The flags of the open that ends.</param>
    public virtual ValueTask<Errno> Release(FuseRequest request, NodeId node, HandleId handle, int flags) => new(Errno.ENOSYS);

    public virtual ValueTask<Errno> Fsync(FuseRequest request, NodeId node, HandleId handle, bool dataOnly) => new(Errno.ENOSYS);

    public virtual ValueTask<FuseResult<FuseOpen>> OpenDirectory(FuseRequest request, NodeId node, int flags) => Refused<FuseOpen>();

    /// <summary>READDIR and READDIRPLUS: fill <paramref name="entries"/> from <paramref name="offset"/> (0, or the offset that an entry carried) until it is full or the end is reached.</summary>
    public virtual ValueTask<Errno> ReadDirectory(FuseRequest request, NodeId node, HandleId handle, ulong offset, DirectoryEntries entries) => new(Errno.ENOSYS);

    public virtual ValueTask<Errno> ReleaseDirectory(FuseRequest request, NodeId node, HandleId handle) => new(Errno.ENOSYS);

    public virtual ValueTask<Errno> FsyncDirectory(FuseRequest request, NodeId node, HandleId handle, bool dataOnly) => new(Errno.ENOSYS);

    public virtual ValueTask<FuseResult<FuseStatFs>> StatFs(FuseRequest request, NodeId node) => Refused<FuseStatFs>();

    /// <param name="flags"><c>XATTR_CREATE</c> 1, <c>XATTR_REPLACE</c> 2.</param>
    public virtual ValueTask<Errno> SetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags) => new(Errno.ENOSYS);

    /// <summary>The whole value; the session answers the kernel's "how long?" and ERANGE.</summary>
    public virtual ValueTask<FuseResult<ReadOnlyMemory<byte>>> GetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name) => Refused<ReadOnlyMemory<byte>>();

    /// <summary>All names, each ended by a NUL; the session answers the kernel's "how long?" and ERANGE.</summary>
    public virtual ValueTask<FuseResult<ReadOnlyMemory<byte>>> ListXattr(FuseRequest request, NodeId node) => Refused<ReadOnlyMemory<byte>>();

    public virtual ValueTask<Errno> RemoveXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name) => new(Errno.ENOSYS);

    public virtual ValueTask<Errno> Access(FuseRequest request, NodeId node, uint mask) => new(Errno.ENOSYS);

    public virtual ValueTask<FuseResult<long>> Seek(FuseRequest request, NodeId node, HandleId handle, long offset, int whence) => Refused<long>();

    /// <param name="mode">fallocate(2)'s mode.</param>
    public virtual ValueTask<Errno> Allocate(FuseRequest request, NodeId node, HandleId handle, int mode, long offset, long length) => new(Errno.ENOSYS);

    public virtual ValueTask<FuseResult<int>> CopyFileRange(FuseRequest request, NodeId fromNode, HandleId fromHandle, long fromOffset, NodeId toNode, HandleId toHandle, long toOffset, long length) => Refused<int>();

    /// <summary>The end of the session, once, after the last handler has completed: no request follows.</summary>
    public virtual void Destroyed()
    {
    }

    private static ValueTask<FuseResult<T>> Refused<T>() => (FuseResult<T>)Errno.ENOSYS;
}
