namespace AgentBay.Sdk;

/// <summary>A context that was asked for.</summary>
public sealed record ContextResult : OperationResult
{
#nullable disable annotations // As in the guide: whoever has not looked at Success may use it, whoever looks for null may do that.
    /// <summary>Null when the operation failed.</summary>
    public Context Context { get; init; }
#nullable restore annotations

    /// <summary>Empty when the operation failed.</summary>
    public string ContextId => Context?.Id ?? "";
}
