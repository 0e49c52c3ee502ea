namespace AgentBay.Fs.Contexts;

/// <summary>What the store keeps of a context, in <c>.agentbay/contexts/&lt;id&gt;.json</c>.</summary>
public sealed record ContextRecord
{
    public const string Available = "available";

    /// <summary>A clear has begun: nothing may be mounted or stored, and clearing again ends it.</summary>
    public const string Clearing = "clearing";

    /// <summary>A deletion has begun: nothing may be mounted, and deleting again ends it.</summary>
    public const string Deleting = "deleting";

    /// <summary>In a list only: the record in the store cannot be read, and nothing but the id is known.</summary>
    public const string Unreadable = "unreadable";

    /// <summary><c>SdkCtx-</c> and 20 lower-case letters and digits.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>available, clearing, in-use or pre-available, as the AgentBay API has it; or one of ours.</summary>
    public string State { get; init; } = Available;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Changes at a clear: a mirror of another epoch is not this context's.</summary>
    public required string Epoch { get; init; }

    /// <summary>When the last clear began; null when there was none.</summary>
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>Where the context's objects are: <c>contexts/&lt;id&gt;/</c>.</summary>
    public string Prefix => $"{CatalogKeys.Contexts}{Id}/";
}
