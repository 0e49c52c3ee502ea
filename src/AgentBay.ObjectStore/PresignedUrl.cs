namespace AgentBay.ObjectStore;

/// <summary>A URL that carries its own permission. Whoever has it may use it: it does not belong into logs.</summary>
public sealed record PresignedUrl(Uri Url, DateTimeOffset ExpiresAt);
