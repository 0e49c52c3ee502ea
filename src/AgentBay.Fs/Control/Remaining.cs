using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>Something that is not in the store yet, as a message says it. Bytes that are no UTF-8 show as replacement characters.</summary>
public sealed record Remaining(string Path, long Bytes, string? Error)
{
    public static Remaining From(PendingChange change) => new(change.Path.ToString(), change.Bytes, change.Error);
}
