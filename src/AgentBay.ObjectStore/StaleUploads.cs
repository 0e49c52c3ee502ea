namespace AgentBay.ObjectStore;

/// <summary>Uploads in parts that nobody will go on with: parts cost room and are seen nowhere.</summary>
public static class StaleUploads
{
    /// <summary>Aborts what was begun below a prefix longer ago than <paramref name="age"/>. Where the store cannot tell (<see cref="StoreProperties.ListsUploads"/>) nothing
    /// is done: there a lifecycle rule for incomplete uploads does it.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> AbortAsync(IObjectStore store, string prefix, TimeSpan age, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!store.Properties.ListsUploads)
        {
            return 0;
        }

        var before = time.GetUtcNow() - age;
        var stale = (await store.ListUploadsAsync(prefix, cancellationToken).ConfigureAwait(false)).Where(u => u.Begun < before).ToList();
        await Parallel.ForEachAsync(stale, cancellationToken, async (upload, cancel) => await store.AbortUploadAsync(upload.Key, upload.Id, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        return stale.Count;
    }
}
