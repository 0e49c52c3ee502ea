namespace AgentBay.Fuse;

/// <summary>The attributes of a node (<c>struct fuse_attr</c>). Times are nanoseconds since the epoch; blocks are units of 512 bytes.</summary>
public readonly record struct FuseAttributes
{
    public ulong Inode { get; init; }
    public long Size { get; init; }
    public long Blocks { get; init; }
    public long AccessTimeNs { get; init; }
    public long ModifyTimeNs { get; init; }
    public long ChangeTimeNs { get; init; }
    /// <summary>The whole <c>st_mode</c>, type bits included.</summary>
    public uint Mode { get; init; }
    public uint Links { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public uint Device { get; init; }
    public uint BlockSize { get; init; }
}

/// <summary>The answer to GETATTR and SETATTR.</summary>
/// <param name="Lifetime">How long the kernel may answer stat from its cache.</param>
public readonly record struct FuseAttributesReply(FuseAttributes Attributes, TimeSpan Lifetime);

/// <summary>The answer to LOOKUP and to everything that makes a node (<c>struct fuse_entry_out</c>). <c>Node == default</c> with a lifetime is a negative entry.</summary>
public readonly record struct FuseEntry
{
    public NodeId Node { get; init; }
    public ulong Generation { get; init; }
    public FuseAttributes Attributes { get; init; }
    public TimeSpan EntryLifetime { get; init; }
    public TimeSpan AttributesLifetime { get; init; }

    /// <summary>"No such name", remembered by the kernel for <paramref name="lifetime"/>.</summary>
    public static FuseEntry Negative(TimeSpan lifetime) => new() { EntryLifetime = lifetime };
}

/// <summary>The answer to OPEN and OPENDIR (<c>struct fuse_open_out</c>).</summary>
public readonly record struct FuseOpen(HandleId Handle, FuseOpenFlags Flags = FuseOpenFlags.None, BackingId Backing = default);

/// <summary>The answer to CREATE and TMPFILE: the new node, open.</summary>
public readonly record struct FuseCreated(FuseEntry Entry, FuseOpen Open);

/// <summary><c>FOPEN_*</c>.</summary>
[Flags]
public enum FuseOpenFlags : uint
{
    None = 0,
    DirectIo = 1 << 0,
    KeepCache = 1 << 1,
    NonSeekable = 1 << 2,
    CacheDirectory = 1 << 3,
    Stream = 1 << 4,
    NoFlush = 1 << 5,
    ParallelDirectWrites = 1 << 6,
    Passthrough = 1 << 7,
}

/// <summary>SETATTR (<c>struct fuse_setattr_in</c>): a part that is null stays as it is. Times are nanoseconds since the epoch; <see cref="long.MinValue"/> means now.</summary>
public readonly record struct FuseSetAttributes
{
    /// <summary>The value of a time that means "now" (<c>FATTR_ATIME_NOW</c>, <c>FATTR_MTIME_NOW</c>).</summary>
    public const long Now = long.MinValue;

    public HandleId? Handle { get; init; }
    /// <summary>Permission bits; type bits, if any, are to be ignored.</summary>
    public uint? Mode { get; init; }
    public uint? Uid { get; init; }
    public uint? Gid { get; init; }
    public long? Size { get; init; }
    public long? AccessTimeNs { get; init; }
    public long? ModifyTimeNs { get; init; }
    /// <summary>Sent with the writeback cache only.</summary>
    public long? ChangeTimeNs { get; init; }
    /// <summary><c>FATTR_KILL_SUIDGID</c>.</summary>
    public bool KillSuidGid { get; init; }
}

/// <summary><c>struct fuse_kstatfs</c>.</summary>
public readonly record struct FuseStatFs(ulong Blocks, ulong BlocksFree, ulong BlocksAvailable, ulong Files, ulong FilesFree, uint BlockSize, uint NameLength, uint FragmentSize);
