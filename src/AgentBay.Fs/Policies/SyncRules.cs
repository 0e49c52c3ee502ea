namespace AgentBay.Fs.Policies;

/// <summary>What a policy means for a mirror: which paths are synced, and how.</summary>
public sealed class SyncRules(SyncPolicy policy)
{
    public static SyncRules Default { get; } = new(SyncPolicy.Default);

    public PathFilter Filter { get; } = PathFilter.Of(policy.BWList);

    /// <summary>Changes go to the store by themselves; else only when asked for, and fsync means the local disk.</summary>
    public bool Uploads => policy.UploadPolicy.AutoUpload;

    /// <summary>What the store has appears by itself; else only when asked for.</summary>
    public bool Downloads => policy.DownloadPolicy.AutoDownload;

    public PathRules Of(TreePath path) =>
        Filter.IsSynced(path) ? new() { KeepsDeleted = !policy.DeletePolicy.SyncLocalFile, HidesNew = !Downloads } : new() { LocalOnly = true };

    /// <summary>Whether the store may be asked for the names in a folder.</summary>
    public bool Shows(TreePath folder) => Filter.IsSynced(folder) || Filter.LeadsToSynced(folder);

    /// <summary>Whether a mirror that was kept by these rules can be kept by other ones as it is.</summary>
    public bool JudgesAs(SyncPolicy other) =>
        policy.BWList.IsSameAs(other.BWList) && policy.DeletePolicy == other.DeletePolicy;
}
