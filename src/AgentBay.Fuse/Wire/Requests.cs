using System.Runtime.InteropServices;

namespace AgentBay.Fuse.Wire;

/// <summary><c>struct fuse_init_in</c> up to 7.35: 16 bytes. With <see cref="InitFlags.InitExt"/> <see cref="InitExtIn"/> follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InitIn
{
    internal uint Major;
    internal uint Minor;
    internal uint MaxReadahead;
    internal uint Flags;
}

/// <summary>The rest of <c>struct fuse_init_in</c> since 7.36.</summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
internal struct InitExtIn
{
    internal uint Flags2;
}

/// <summary><c>struct fuse_forget_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ForgetIn
{
    internal ulong Lookups;
}

/// <summary><c>struct fuse_batch_forget_in</c>: so many <see cref="ForgetOne"/> follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BatchForgetIn
{
    internal uint Count;
    internal uint Padding;
}

/// <summary><c>struct fuse_forget_one</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ForgetOne
{
    internal ulong Node;
    internal ulong Lookups;
}

/// <summary><c>struct fuse_getattr_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GetAttrIn
{
    /// <summary><c>FUSE_GETATTR_FH</c>: <see cref="Handle"/> counts.</summary>
    internal const uint HasHandle = 1;

    internal uint Flags;
    internal uint Padding;
    internal ulong Handle;
}

/// <summary><c>struct fuse_setattr_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SetAttrIn
{
    internal SetAttrValid Valid;
    internal uint Padding;
    internal ulong Handle;
    internal ulong Size;
    internal ulong LockOwner;
    internal long AccessTime;
    internal long ModifyTime;
    internal long ChangeTime;
    internal uint AccessTimeNs;
    internal uint ModifyTimeNs;
    internal uint ChangeTimeNs;
    internal uint Mode;
    internal uint Unused4;
    internal uint Uid;
    internal uint Gid;
    internal uint Unused5;
}

/// <summary><c>FATTR_*</c>.</summary>
[Flags]
internal enum SetAttrValid : uint
{
    Mode = 1 << 0,
    Uid = 1 << 1,
    Gid = 1 << 2,
    Size = 1 << 3,
    AccessTime = 1 << 4,
    ModifyTime = 1 << 5,
    Handle = 1 << 6,
    AccessTimeNow = 1 << 7,
    ModifyTimeNow = 1 << 8,
    LockOwner = 1 << 9,
    ChangeTime = 1 << 10,
    KillSuidGid = 1 << 11,
}

/// <summary><c>struct fuse_mknod_in</c>; the name follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MkNodIn
{
    internal uint Mode;
    internal uint Device;
    internal uint Umask;
    internal uint Padding;
}

/// <summary><c>struct fuse_mkdir_in</c>; the name follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MkDirIn
{
    internal uint Mode;
    internal uint Umask;
}

/// <summary><c>struct fuse_rename_in</c>; the old and the new name follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RenameIn
{
    internal ulong NewParent;
}

/// <summary><c>struct fuse_rename2_in</c>; the old and the new name follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Rename2In
{
    internal ulong NewParent;
    internal uint Flags;
    internal uint Padding;
}

/// <summary><c>struct fuse_link_in</c>; the new name follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkIn
{
    internal ulong Node;
}

/// <summary><c>struct fuse_open_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenIn
{
    /// <summary><c>FUSE_OPEN_KILL_SUIDGID</c>, here and in <see cref="CreateIn"/>.</summary>
    internal const uint KillSuidGid = 1;

    internal int Flags;
    internal uint OpenFlags;
}

/// <summary><c>struct fuse_create_in</c>; the name follows (TMPFILE: a name that says nothing).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CreateIn
{
    internal int Flags;
    internal uint Mode;
    internal uint Umask;
    internal uint OpenFlags;
}

/// <summary><c>struct fuse_release_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReleaseIn
{
    internal ulong Handle;
    internal int Flags;
    internal uint ReleaseFlags;
    internal ulong LockOwner;
}

/// <summary><c>struct fuse_flush_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlushIn
{
    internal ulong Handle;
    internal uint Unused;
    internal uint Padding;
    internal ulong LockOwner;
}

/// <summary><c>struct fuse_read_in</c>: READ, READDIR, READDIRPLUS.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReadIn
{
    internal ulong Handle;
    internal ulong Offset;
    internal uint Size;
    internal uint ReadFlags;
    internal ulong LockOwner;
    internal uint Flags;
    internal uint Padding;
}

/// <summary><c>struct fuse_write_in</c>; the data follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WriteIn
{
    /// <summary><c>FUSE_WRITE_CACHE</c>.</summary>
    internal const uint FromCache = 1;

    /// <summary><c>FUSE_WRITE_KILL_SUIDGID</c>.</summary>
    internal const uint KillSuidGid = 4;

    internal ulong Handle;
    internal ulong Offset;
    internal uint Size;
    internal uint WriteFlags;
    internal ulong LockOwner;
    internal uint Flags;
    internal uint Padding;
}

/// <summary><c>struct fuse_fsync_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FsyncIn
{
    /// <summary><c>FUSE_FSYNC_FDATASYNC</c>.</summary>
    internal const uint DataOnly = 1;

    internal ulong Handle;
    internal uint Flags;
    internal uint Padding;
}

/// <summary><c>struct fuse_setxattr_in</c> without SETXATTR_EXT (<c>FUSE_COMPAT_SETXATTR_IN_SIZE</c>); name and value follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SetXattrIn
{
    internal uint Size;
    internal int Flags;
}

/// <summary><c>struct fuse_getxattr_in</c>: GETXATTR (the name follows) and LISTXATTR. Size zero asks how long.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GetXattrIn
{
    internal uint Size;
    internal uint Padding;
}

/// <summary><c>struct fuse_access_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AccessIn
{
    internal uint Mask;
    internal uint Padding;
}

/// <summary><c>struct fuse_interrupt_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InterruptIn
{
    internal ulong Unique;
}

/// <summary><c>struct fuse_fallocate_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FallocateIn
{
    internal ulong Handle;
    internal ulong Offset;
    internal ulong Length;
    internal int Mode;
    internal uint Padding;
}

/// <summary><c>struct fuse_lseek_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LSeekIn
{
    internal ulong Handle;
    internal ulong Offset;
    internal int Whence;
    internal uint Padding;
}

/// <summary><c>struct fuse_copy_file_range_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CopyFileRangeIn
{
    internal ulong FromHandle;
    internal ulong FromOffset;
    internal ulong ToNode;
    internal ulong ToHandle;
    internal ulong ToOffset;
    internal ulong Length;
    internal ulong Flags;
}
