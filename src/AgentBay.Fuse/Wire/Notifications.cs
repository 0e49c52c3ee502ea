using System.Runtime.InteropServices;

namespace AgentBay.Fuse.Wire;

/// <summary><c>struct fuse_notify_inval_inode_out</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NotifyInvalidateInode
{
    internal ulong Node;
    internal long Offset;
    internal long Length;
}

/// <summary><c>struct fuse_notify_inval_entry_out</c>; the name and a NUL follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NotifyInvalidateEntry
{
    /// <summary><c>FUSE_EXPIRE_ONLY</c>.</summary>
    internal const uint ExpireOnly = 1;

    internal ulong Parent;
    internal uint NameLength;
    internal uint Flags;
}

/// <summary><c>struct fuse_notify_delete_out</c>; the name and a NUL follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NotifyDelete
{
    internal ulong Parent;
    internal ulong Child;
    internal uint NameLength;
    internal uint Padding;
}

/// <summary><c>struct fuse_backing_map</c>, 7.40: the argument of <c>FUSE_DEV_IOC_BACKING_OPEN</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BackingMap
{
    internal int Descriptor;
    internal uint Flags;
    internal ulong Padding;
}
