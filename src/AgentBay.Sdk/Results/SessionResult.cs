namespace AgentBay.Sdk;

/// <summary>A session that was made.</summary>
public sealed record SessionResult : OperationResult
{
#nullable disable annotations // See ContextResult.
    /// <summary>Null when the operation failed.</summary>
    public Session Session { get; init; }
#nullable restore annotations
}
