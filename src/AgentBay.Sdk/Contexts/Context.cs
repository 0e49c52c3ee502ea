using AgentBay.Fs.Contexts;

namespace AgentBay.Sdk;

/// <summary>A named box of files that outlives sessions.</summary>
public sealed record Context
{
    /// <summary><c>SdkCtx-…</c></summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>available, clearing, or deleting where a deletion was cut short.</summary>
    public required string State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    internal static Context From(ContextRecord record) => new()
    {
        Id = record.Id,
        Name = record.Name,
        State = record.State,
        CreatedAt = record.CreatedAt,
        LastUsedAt = record.LastUsedAt,
    };
}
