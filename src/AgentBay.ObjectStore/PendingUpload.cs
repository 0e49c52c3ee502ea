namespace AgentBay.ObjectStore;

/// <summary>An upload in parts that was neither completed nor aborted.</summary>
public sealed record PendingUpload(string Key, string Id, DateTimeOffset Begun);
