namespace AgentBay.Sdk;

/// <summary>A file that was read.</summary>
public sealed record FileContentResult : OperationResult
{
    public string Content { get; init; } = "";
}
