using AgentBay.Fs.Control;

namespace AgentBay.Sdk;

/// <summary>A transfer. A new one takes the place of the old one of its context and type.</summary>
public sealed record ContextStatusData
{
    public required string ContextId { get; init; }

    /// <summary>The folder, as the session was given it.</summary>
    public required string Path { get; init; }

    public required SyncTaskStatus Status { get; init; }

    public required SyncMode TaskType { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? FinishTime { get; init; }

    /// <summary>Null unless it failed.</summary>
    public string? ErrorMessage { get; init; }
}
