namespace AgentBay.Sdk;

/// <summary>A folder's names.</summary>
public sealed record DirectoryListResult : OperationResult
{
    public IReadOnlyList<SessionFileInfo> Entries { get; init; } = [];
}
