using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentBay.Fs.Contexts;

/// <summary>A context's record as JSON. Members of a later version are kept when it is written again.</summary>
internal sealed record ContextDocument
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string State { get; init; } = ContextRecord.Available;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public required string Epoch { get; init; }
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>Who deletes for a clear, with a count of signs of life: <c>nonce:count</c>. Null: nobody, and who comes may.</summary>
    public string? Clearer { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    public ContextRecord ToRecord() => new()
    {
        Id = Id,
        Name = Name,
        State = State,
        CreatedAt = CreatedAt,
        LastUsedAt = LastUsedAt,
        Epoch = Epoch,
        ClearedAt = ClearedAt,
    };
}
