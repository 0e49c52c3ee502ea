namespace AgentBay.Sdk;

/// <summary>How far a clear is.</summary>
public sealed record ClearContextResult : OperationResult
{
    public const string Clearing = "clearing";
    public const string Available = "available";

    /// <summary><see cref="Clearing"/>, then <see cref="Available"/>; empty when the operation failed.</summary>
    public string Status { get; init; } = "";

    public string ContextId { get; init; } = "";
}
