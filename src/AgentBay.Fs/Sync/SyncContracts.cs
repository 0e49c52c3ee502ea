namespace AgentBay.Fs.Sync;

/// <summary>Something that is not in the store yet.</summary>
/// <param name="Bytes">To upload; 0 for a deletion, a move or attributes.</param>
/// <param name="Error">Why the last try failed; null when it has not been tried.</param>
public sealed record PendingChange(TreePath Path, long Bytes, string? Error);

/// <summary>How far a flush is. Totals may grow while it runs.</summary>
public readonly record struct FlushProgress(int FilesDone, int FilesTotal, long BytesDone, long BytesTotal);

/// <summary>What a flush did, and what it left.</summary>
public sealed record FlushReport(int FilesDone, long BytesDone, IReadOnlyList<PendingChange> Remaining)
{
    public bool IsClean => Remaining.Count == 0;

    /// <summary>Nothing was tried: by the mount's policy the rest waits for a sync that is asked for.</summary>
    public bool IsByPolicy { get; init; }

    /// <summary>Paths that failed and were acknowledged: they are not in the store, and not among what remains.</summary>
    public int Acknowledged { get; init; }

    /// <summary>The context was cleared or deleted elsewhere: no later mount of it stores the rest.</summary>
    public bool IsContextLost { get; init; }
}

/// <summary>A mount's sync state at one moment.</summary>
public sealed record SyncStatus(int PendingFiles, long PendingBytes, string? LastError, IReadOnlyList<PendingChange> Failed)
{
    /// <summary>Uploaded, over the last seconds.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Of the store's bytes, those that are on this disk.</summary>
    public long CacheBytes { get; init; }

    /// <summary>Free on the mirror's disk.</summary>
    public long CacheFree { get; init; }
}
