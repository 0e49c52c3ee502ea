namespace AgentBay.Sdk;

/// <summary>How an operation went.</summary>
public record OperationResult
{
    public bool Success { get; init; }

    /// <summary>Why it failed, and what can be done; empty when it did not.</summary>
    public string ErrorMessage { get; init; } = "";

    /// <summary>Of this call, in this client's log too.</summary>
    public string RequestId { get; init; } = "";
}
