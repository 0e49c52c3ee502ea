namespace AgentBay.Sdk;

/// <summary>Some of the contexts.</summary>
public sealed record ContextListResult : OperationResult
{
    public IReadOnlyList<Context> Contexts { get; init; } = [];

    /// <summary>Asks for those after these; null on the last page.</summary>
    public string? NextToken { get; init; }

    public int MaxResults { get; init; }

    /// <summary>Of all pages.</summary>
    public int TotalCount { get; init; }
}
