using AgentBay.Fs.Contexts;

namespace AgentBay.Mount.Output;

/// <summary>What <c>context … --json</c> prints of a context. These names stay as they are.</summary>
internal sealed record ContextReport(string Id, string Name, string State, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    internal static ContextReport From(ContextRecord record) => new(record.Id, record.Name, record.State, record.CreatedAt, record.LastUsedAt);
}
