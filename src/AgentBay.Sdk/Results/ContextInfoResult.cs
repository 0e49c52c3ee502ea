namespace AgentBay.Sdk;

/// <summary>The transfers of a session.</summary>
public sealed record ContextInfoResult : OperationResult
{
    /// <summary>The last of each type and context: those that were asked for, the download at the beginning, and a background upload that failed.</summary>
    public IReadOnlyList<ContextStatusData> ContextStatusData { get; init; } = [];
}
