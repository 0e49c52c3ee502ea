namespace AgentBay.Fs.Control;

/// <summary>What does not change while a context is mounted.</summary>
public sealed record MountInfo
{
    public required int Pid { get; init; }

    public required string Context { get; init; }

    public required string ContextId { get; init; }

    /// <summary>Without credentials.</summary>
    public required string Store { get; init; }

    public required string MountPoint { get; init; }

    public required string StateFolder { get; init; }

    public required string LogFile { get; init; }

    public required bool ReadOnly { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }
}
