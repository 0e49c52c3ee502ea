namespace AgentBay.Fs;

/// <summary>How a context is mounted, as far as mirror and sync care.</summary>
public sealed record MountSessionOptions
{
    public bool ReadOnly { get; init; }

    /// <summary>How long after the last change the background flush starts; null: only at sync and unmount.</summary>
    public TimeSpan? WriteBack { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>fsync means the store; false: the local disk (<c>--fsync local</c>).</summary>
    public bool FsyncReachesStore { get; init; } = true;

    /// <summary>Store calls at the same time.</summary>
    public int Concurrency { get; init; } = 32;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
