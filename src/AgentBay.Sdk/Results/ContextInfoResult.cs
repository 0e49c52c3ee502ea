namespace AgentBay.Sdk;

/// <summary>The transfers of a session.</summary>
public sealed record ContextInfoResult : OperationResult
{
    /// <summary>The last of each type and context that was asked for; empty when none was.</summary>
    public IReadOnlyList<ContextStatusData> ContextStatusData { get; init; } = [];
}
