using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AgentBay.Fuse.Transport;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>
/// Tells the kernel to forget what it has cached. From any thread, but never from a handler, nor holding a lock that a handler
/// takes: the kernel may wait for a request in flight before it answers (an entry's folder is locked by the very lookup that
/// the handler serves). ENOENT means that the kernel holds no such thing, which is as good.
/// </summary>
public sealed class FuseNotify
{
    // FUSE_NAME_MAX
    private const int LongestName = 1024;

    private readonly IFuseTransport transport;

    internal FuseNotify(IFuseTransport transport) => this.transport = transport;

    /// <summary>Drops a name, known or known to be absent, and what lies below it (<c>FUSE_NOTIFY_INVAL_ENTRY</c>).</summary>
    /// <param name="expireOnly">The name is looked up again before its next use, and mounts below it stay (<c>FUSE_EXPIRE_ONLY</c>).</param>
    /// <returns>ENAMETOOLONG above 1024 bytes.</returns>
    public Errno InvalidateEntry(NodeId parent, ReadOnlySpan<byte> name, bool expireOnly = false)
    {
        var body = new NotifyInvalidateEntry { Parent = parent.Value, NameLength = (uint)name.Length, Flags = expireOnly ? NotifyInvalidateEntry.ExpireOnly : 0 };
        return Send(NotifyCode.InvalidateEntry, body, name, named: true);
    }

    /// <summary>Drops a node's attributes, and its cached data from <paramref name="offset"/> on (<c>FUSE_NOTIFY_INVAL_INODE</c>).</summary>
    /// <param name="offset">Negative: the attributes only.</param>
    /// <param name="length">In bytes; zero or less: to the end.</param>
    public Errno InvalidateInode(NodeId node, long offset = 0, long length = 0) =>
        Send(NotifyCode.InvalidateInode, new NotifyInvalidateInode { Node = node.Value, Offset = offset, Length = length }, default, named: false);

    /// <summary>The name and its node are gone: like <see cref="InvalidateEntry"/>, and watchers (inotify) are told (<c>FUSE_NOTIFY_DELETE</c>).</summary>
    /// <returns>ENOENT also when the name is another node's by now; EBUSY for a mount point; ENOTEMPTY for a folder whose names the kernel holds.</returns>
    public Errno Delete(NodeId parent, NodeId child, ReadOnlySpan<byte> name) =>
        Send(NotifyCode.Delete, new NotifyDelete { Parent = parent.Value, Child = child.Value, NameLength = (uint)name.Length }, name, named: true);

    private Errno Send<T>(NotifyCode code, in T body, ReadOnlySpan<byte> name, bool named)
        where T : unmanaged
    {
        if (named && name.IsEmpty)
        {
            return Errno.EINVAL;
        }

        if (name.Length > LongestName)
        {
            return Errno.ENAMETOOLONG;
        }

        int head = OutHeader.Size + Unsafe.SizeOf<T>();
        int size = head + (named ? name.Length + 1 : 0);
        Span<byte> message = stackalloc byte[OutHeader.Size + 64 + LongestName + 1];
        message = message[..size];
        MemoryMarshal.Write(message, new OutHeader { Length = (uint)size, Error = (int)code, Unique = 0 });
        MemoryMarshal.Write(message[OutHeader.Size..], body);
        if (named)
        {
            name.CopyTo(message[head..]);
            message[^1] = 0;
        }

        return transport.Send(message);
    }
}
