namespace AgentBay.Fs.Mirror;

/// <summary>How a mount's last look at the names in its root has ended.</summary>
/// <param name="Error">Null: they are all here as the store has them.</param>
public sealed record RootLook(DateTimeOffset EndedAt, string? Error);
