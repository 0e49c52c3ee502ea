namespace AgentBay.Fs.Policies;

/// <summary>When the store's files appear.</summary>
public sealed record DownloadPolicy
{
    /// <summary>With the mount; false: only when asked for.</summary>
    public bool AutoDownload { get; init; } = true;

    public DownloadStrategy DownloadStrategy { get; init; }
}
