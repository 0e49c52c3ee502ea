namespace AgentBay.Posix;

/// <summary>What statx(2) says of a file. Times are nanoseconds since the epoch; blocks are units of 512 bytes.</summary>
public readonly record struct FileStatus
{
    public ulong Inode { get; init; }
    /// <summary>Major in the high half, minor in the low one.</summary>
    public ulong Device { get; init; }
    /// <summary>The whole <c>st_mode</c>, type bits included.</summary>
    public uint Mode { get; init; }
    public uint Links { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public long Size { get; init; }
    public long Blocks { get; init; }
    public uint BlockSize { get; init; }
    public uint SpecialDevice { get; init; }
    public long AccessTimeNs { get; init; }
    public long ModifyTimeNs { get; init; }
    public long ChangeTimeNs { get; init; }
    /// <summary>Zero where the filesystem keeps none.</summary>
    public long BirthTimeNs { get; init; }

    public bool IsRegular => (Mode & StatMode.TypeMask) == StatMode.Regular;
    public bool IsDirectory => (Mode & StatMode.TypeMask) == StatMode.Directory;
    public bool IsSymlink => (Mode & StatMode.TypeMask) == StatMode.Symlink;
}

/// <summary>The bits of <c>st_mode</c>.</summary>
public static class StatMode
{
    public const uint TypeMask = 0xF000;
    public const uint Fifo = 0x1000;
    public const uint Directory = 0x4000;
    public const uint Regular = 0x8000;
    public const uint Symlink = 0xA000;
    public const uint Socket = 0xC000;
    public const uint PermissionMask = 0xFFF;
    public const uint SetUid = 0x800;
    public const uint SetGid = 0x400;
    public const uint Sticky = 0x200;
}
