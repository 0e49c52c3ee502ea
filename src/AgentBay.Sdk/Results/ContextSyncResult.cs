namespace AgentBay.Sdk;

/// <summary>How a sync went.</summary>
public sealed record ContextSyncResult : OperationResult;
