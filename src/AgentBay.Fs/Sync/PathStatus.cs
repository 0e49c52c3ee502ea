namespace AgentBay.Fs.Sync;

/// <summary>How one path stands with the store at one moment.</summary>
public sealed record PathStatus(PathSyncState State)
{
    /// <summary>Of a file: its bytes are on this disk.</summary>
    public bool IsHere { get; init; } = true;

    /// <summary>Since when something waits to go to the store.</summary>
    public DateTimeOffset? PendingSince { get; init; }

    /// <summary>Of a folder: how many names below it wait.</summary>
    public int PendingBelow { get; init; }

    /// <summary>The rule that decides whether it is synced.</summary>
    public string? Rule { get; init; }

    /// <summary>Why the last try failed.</summary>
    public string? LastError { get; init; }

    /// <summary>Names, in the same folder, of the store's versions that were kept beside it.</summary>
    public IReadOnlyList<string> Conflicts { get; init; } = [];

    /// <summary>The state in a word, as scripts see it.</summary>
    public string Word => State switch
    {
        PathSyncState.Synced => "synced",
        PathSyncState.Pending => "pending",
        PathSyncState.LocalOnly => "local-only",
        PathSyncState.Conflict => "conflict",
        PathSyncState.Failed => "failed",
        _ => throw new InvalidOperationException($"{State} is no state."),
    };
}

public enum PathSyncState
{
    /// <summary>The store has it as it is here.</summary>
    Synced,

    /// <summary>It was changed here and goes to the store.</summary>
    Pending,

    /// <summary>It stays on this machine.</summary>
    LocalOnly,

    /// <summary>It is, or has beside it, the store's version of a file that was changed on both sides.</summary>
    Conflict,

    /// <summary>It could not be stored, and is tried again only with the rest.</summary>
    Failed,
}
