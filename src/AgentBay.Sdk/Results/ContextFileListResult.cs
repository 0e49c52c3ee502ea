namespace AgentBay.Sdk;

/// <summary>A page of a folder in the store.</summary>
public sealed record ContextFileListResult : OperationResult
{
    public IReadOnlyList<ContextFileEntry> Entries { get; init; } = [];

    /// <summary>Of all pages.</summary>
    public int Count { get; init; }
}
