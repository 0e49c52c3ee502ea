namespace AgentBay.Sdk;

/// <summary>Which contexts a list has.</summary>
public sealed record ContextListParams
{
    /// <summary>1 to 1,000.</summary>
    public int MaxResults { get; init; } = 10;

    /// <summary>From the page before; null for the first.</summary>
    public string? NextToken { get; init; }
}
