namespace AgentBay.ObjectStore;

/// <summary>Deletions of what may have become another's.</summary>
public static class StoreDeletion
{
    /// <summary>Deletes this version of an object; another one, which somebody put in its place, stays.</summary>
    public static async Task DeleteVersionAsync(this IObjectStore store, string key, string etag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            await store.DeleteAsync(key, etag, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException replaced) when (replaced.Kind == StoreErrorKind.PreconditionFailed)
        {
            // This version is gone, as it should be.
        }
    }
}
