using AgentBay.Fs.Contexts;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Indexing;

/// <summary>What a mirror is of, as its index remembers it; null where it does not say.</summary>
internal readonly record struct MirrorIdentity(string? ContextId, string? Epoch, string? StoreId)
{
    public static MirrorIdentity Of(BaselineIndex index) => new(index.GetMeta(IndexMeta.ContextId), index.GetMeta(IndexMeta.Epoch), index.GetMeta(IndexMeta.StoreId));

    public bool IsOf(ContextRecord context) => SafetyGate.IsSameContext(ContextId, Epoch, context.Id, context.Epoch);

    /// <summary>Stops a mount whose mirror is of another context or of another store, before anything is changed on either side.</summary>
    /// <exception cref="FsException">The message says what to do.</exception>
    public void RequireOf(ContextRecord context, string? storeId, string storeUrl, string mirror)
    {
        if (!IsOf(context))
        {
            throw new FsException(FsError.Stale, $"The mirror {mirror} belongs to context '{context.Name}' as it was before it was cleared or made anew, and was not put aside.");
        }

        RequireStore(StoreId, storeId, storeUrl, mirror);
    }

    /// <exception cref="FsException">The store is not the one that a mirror remembers.</exception>
    public static void RequireStore(string? mirrorStoreId, string? storeId, string storeUrl, string mirror)
    {
        if (!SafetyGate.IsSameStore(mirrorStoreId, storeId))
        {
            throw new FsException(FsError.Stale, $"The store {storeUrl} is not the one that the mirror {mirror} was made of, though it has the same URL: check bucket, endpoint and account. Nothing was changed. If another store took its place on purpose, save what you need from the mirror's folder 'tree', remove the mirror, and mount again.");
        }
    }
}
