namespace AgentBay.Fs.Sync;

/// <summary>Stops what would destroy what cannot be got back. Pure.</summary>
public static class SafetyGate
{
    /// <summary>
    /// Whether a complete listing of a folder may be believed. A context whose root suddenly lists nothing, though the baseline knows
    /// names there, is more likely another bucket, a lost prefix or a wrong account than a context that was emptied.
    /// </summary>
    public static bool AllowsListing(TreePath folder, int baselineNames, int listedNames) =>
        !folder.IsRoot || baselineNames == 0 || listedNames > 0;

    /// <summary>
    /// Whether what is missing in a mirror that is opened was deleted through its mount. Not after a clean end, for then nothing was pending; and not
    /// where the tree is another one than the index knew, or has lost everything: somebody took files away beside the mount, and none of that is a
    /// deletion.
    /// </summary>
    /// <param name="baselineNames">Of the root.</param>
    /// <param name="names">That the root has.</param>
    public static bool BelievesAbsence(bool cleanEnd, bool sameTree, int baselineNames, int names) =>
        !cleanEnd && sameTree && (baselineNames == 0 || names > 0);

    /// <summary>Whether a mirror's folder is the one that its index was written for; an index of an earlier version does not say.</summary>
    public static bool IsSameTree(string? known, string tree) => known is null || known == tree;

    /// <summary>Whether a mirror belongs to a context: both name the same context and the same epoch.</summary>
    public static bool IsSameContext(string? mirrorContextId, string? mirrorEpoch, string contextId, string epoch) =>
        (mirrorContextId is null && mirrorEpoch is null) || (mirrorContextId == contextId && mirrorEpoch == epoch);

    /// <summary>Whether the store is the one that a mirror was made of: the mirror or the caller does not know, or both know the same.</summary>
    public static bool IsSameStore(string? mirrorStoreId, string? storeId) => mirrorStoreId is null || storeId is null || mirrorStoreId == storeId;
}
