namespace AgentBay.Fs.Indexing;

/// <summary>What the index says of itself and of its mirror, by name.</summary>
internal static class IndexMeta
{
    /// <summary>"1": nothing was pending when the mirror was closed, and all of it was on the disk.</summary>
    public const string Clean = "clean";

    /// <summary>The machine's boot in which the mirror was last known to be whole. Another one now: the power may have gone.</summary>
    public const string Boot = "boot";

    public const string ContextId = "context_id";
    public const string Epoch = "epoch";
    public const string StoreId = "store_id";
    public const string MirrorId = "mirror_id";
    public const string Session = "session";

    /// <summary>Which folder on which disk the index speaks of.</summary>
    public const string Tree = "tree";

    /// <summary>The policy by whose rules the mirror was kept, as JSON.</summary>
    public const string Policy = "policy";

    /// <summary>"1" when every name of the root has been placed: the root has no mark of its own.</summary>
    public const string RootFilled = "root_filled";

    /// <summary>"1": see <see cref="Mirror.ListingDoubt"/>.</summary>
    public const string Doubt = "doubt";
}
