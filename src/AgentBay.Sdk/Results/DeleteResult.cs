namespace AgentBay.Sdk;

/// <summary>How the end of a session went.</summary>
public sealed record DeleteResult : OperationResult;
