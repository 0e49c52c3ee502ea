using AgentBay.Fs.Indexing;

namespace AgentBay.Fs.Sync;

public enum ActionKind
{
    /// <summary>The file's or symlink's bytes.</summary>
    Upload,

    /// <summary>An object that already holds the bytes, copied on the server.</summary>
    Copy,

    UploadAttributes,

    /// <summary>A folder's marker, or only its row where it needs none.</summary>
    PutFolder,

    Delete,

    /// <summary>Content and attributes are as the baseline says: only the row's local side is written anew.</summary>
    Refresh,

    Forget,

    /// <summary>The file is gone here and the object stays: the row is kept for the object alone.</summary>
    Release,

    /// <summary>A copy aside of an object that this plan overwrites before all who need it can copy it (a swap of placeholders).</summary>
    CopyAside,
}

/// <summary>One step of a plan.</summary>
public sealed record SyncAction
{
    public required ActionKind Kind { get; init; }
    public required TreePath Path { get; init; }

    /// <summary>The target, in the store.</summary>
    public required string Key { get; init; }

    /// <summary>The baseline this was planned on.</summary>
    public BaselineRow? Row { get; init; }

    /// <summary>The mirror's side this was planned on.</summary>
    public required LocalView Local { get; init; }

    /// <summary>Of a copy: the object to copy.</summary>
    public string? SourceKey { get; init; }
    public string? SourceETag { get; init; }
    public string? SourceSha256 { get; init; }

    /// <summary>Of a copy from a name of the same inode that this plan uploads: that name; key and version are its row's then.</summary>
    public TreePath? SourcePath { get; init; }

    /// <summary>Of a delete: something else takes the path, and writes its row.</summary>
    public bool KeepRow { get; init; }

    /// <summary>Of a delete: where the file is now, outside the white lists; its bytes must be on the disk before the object goes.</summary>
    public TreePath? KeptAt { get; init; }

    /// <summary>Of a folder: whether a marker object is needed.</summary>
    public bool NeedsMarker { get; init; }

    /// <summary>Whether it changes the store, not only the index.</summary>
    public bool ReachesStore => Kind switch
    {
        ActionKind.Refresh or ActionKind.Forget or ActionKind.Release => false,
        ActionKind.PutFolder => NeedsMarker || Row?.Remote is not null || Row is { IsIntent: true },
        _ => true,
    };
}

/// <summary>Actions, and which must have succeeded before which.</summary>
/// <param name="After">For each action, by index, those that go before it. No cycles.</param>
public sealed record SyncPlan(IReadOnlyList<SyncAction> Actions, IReadOnlyList<IReadOnlyList<int>> After);
