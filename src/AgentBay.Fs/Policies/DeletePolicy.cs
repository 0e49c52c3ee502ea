namespace AgentBay.Fs.Policies;

/// <summary>What a local deletion does.</summary>
public sealed record DeletePolicy
{
    /// <summary>It reaches the store; false: it stays local, and the file is back at the next mount.</summary>
    public bool SyncLocalFile { get; init; } = true;
}
