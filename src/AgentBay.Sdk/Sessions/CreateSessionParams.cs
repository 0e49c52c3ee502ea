namespace AgentBay.Sdk;

/// <summary>How a session is made.</summary>
public sealed record CreateSessionParams
{
    /// <summary>Mounted in this order.</summary>
    public IReadOnlyList<ContextSync> ContextSyncs { get; init; } = [];

    /// <summary>The caller's own; the session keeps them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Kept with the session; a session is this machine, so there is no image to choose.</summary>
    public string? ImageId { get; init; }
}
