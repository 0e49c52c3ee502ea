namespace AgentBay.Fs.Linux;

/// <summary>How a mirror shows itself through a mount.</summary>
public sealed record MirrorFileSystemOptions
{
    /// <summary>The owner that every entry shows; null: its own.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group that every entry shows; null: its own.</summary>
    public uint? Gid { get; init; }

    /// <summary>Permission bits that no entry shows.</summary>
    public uint Umask { get; init; }

    /// <summary>How long the kernel keeps a name, known or known to be absent. Changes come through the mount, or are announced.</summary>
    public TimeSpan EntryLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long the kernel keeps attributes; files that a map may be writing to are always asked for.</summary>
    public TimeSpan AttributeLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Descriptors kept for folders, and likewise for files that are not open now.</summary>
    public int HandleCacheSize { get; init; } = 1024;
}
