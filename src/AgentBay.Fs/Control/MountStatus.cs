namespace AgentBay.Fs.Control;

/// <summary>A mount at one moment.</summary>
public sealed record MountStatus(MountInfo Info, MountState State, int PendingFiles, long PendingBytes, string? LastError)
{
    /// <summary>How many failed paths a status names.</summary>
    public const int MaxFailed = 100;

    /// <summary>What was tried and failed: the first <see cref="MaxFailed"/>.</summary>
    public required IReadOnlyList<Remaining> Failed { get; init; }
}
