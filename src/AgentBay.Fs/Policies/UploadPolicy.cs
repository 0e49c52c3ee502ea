namespace AgentBay.Fs.Policies;

/// <summary>When and how changes go to the store.</summary>
public sealed record UploadPolicy
{
    /// <summary>In the background and before the end of the mount; false: only when asked for.</summary>
    public bool AutoUpload { get; init; } = true;

    public UploadStrategy UploadStrategy { get; init; }

    public UploadMode UploadMode { get; init; }
}
