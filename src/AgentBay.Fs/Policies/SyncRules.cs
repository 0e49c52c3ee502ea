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

    /// <summary>What decides for a path, for people; the first says whether it is synced.</summary>
    public IReadOnlyList<string> Explain(TreePath path)
    {
        List<string> rules = [Filter.RuleOf(path) ?? "there are no white lists, so everything is"];
        if (Filter.IsSynced(path))
        {
            AddIf(!Uploads, "it is uploaded only when 'agentbay-mount sync' asks for it (autoUpload is false)");
            AddIf(!Downloads, "what the store has appears only after 'agentbay-mount sync --mode download' (autoDownload is false)");
            AddIf(!policy.DeletePolicy.SyncLocalFile, "deletions here are not carried to the store (syncLocalFile is false)");
        }

        return rules;

        void AddIf(bool applies, string rule)
        {
            if (applies)
            {
                rules.Add(rule);
            }
        }
    }

    /// <summary>Whether the store may be asked for the names in a folder.</summary>
    public bool Shows(TreePath folder) => Filter.IsSynced(folder) || Filter.LeadsToSynced(folder);

    /// <summary>Whether a mirror that was kept by these rules can be kept by other ones as it is.</summary>
    public bool JudgesAs(SyncPolicy other) =>
        policy.BWList.IsSameAs(other.BWList) && policy.DeletePolicy == other.DeletePolicy;
}
