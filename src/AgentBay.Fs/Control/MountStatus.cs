namespace AgentBay.Fs.Control;

/// <summary>A mount at one moment.</summary>
public sealed record MountStatus(MountInfo Info, MountState State, int PendingFiles, long PendingBytes, string? LastError)
{
    /// <summary>How many failed paths a status names.</summary>
    public const int MaxFailed = 100;

    /// <summary>What was tried and failed: the first <see cref="MaxFailed"/>.</summary>
    public required IReadOnlyList<Remaining> Failed { get; init; }

    /// <summary>How many paths were tried and failed.</summary>
    public int Errors { get; init; }

    /// <summary>Uploaded, over the last seconds.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Of the store's bytes, those that are on this disk.</summary>
    public long CacheBytes { get; init; }

    /// <summary>Free on the mirror's disk.</summary>
    public long CacheFree { get; init; }
}
