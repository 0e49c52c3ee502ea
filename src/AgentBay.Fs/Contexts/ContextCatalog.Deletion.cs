using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>
/// A deletion marks the record, so that nobody mounts the context any more, then deletes the objects, the manifest and the expiry rules, gives the name back, and
/// deletes the record. Cut short anywhere, it is ended by deleting again.
/// <para>INVARIANT: a name goes before its record. So a name whose record is missing was taken by a creation or a rename, never left by a deletion.</para>
/// </summary>
public sealed partial class ContextCatalog
{
    /// <summary>Deletes a context with all its objects; that parts of it are gone already is no error.</summary>
    /// <param name="deletedObjects">Told the number of objects deleted so far.</param>
    /// <exception cref="StoreException">An object could not be deleted: the context stays, marked, until this is called again.</exception>
    public async Task DeleteAsync(ContextRecord context, IProgress<int>? deletedObjects, CancellationToken cancellationToken)
    {
        ContextRecord deleting = await BeginDeleteAsync(context, cancellationToken);
        await DeleteContentsAsync(context.Id, deletedObjects, beforeBatch: null, cancellationToken);
        await new ContextRecycling(store).RemoveAsync(context.Id, cancellationToken);
        await ReleaseAsync(deleting.Name, context.Id, cancellationToken);
        await store.DeleteAsync(CatalogKeys.Record(context.Id), ifMatch: null, cancellationToken);
    }

    /// <summary>Marks a context as being deleted: nobody mounts it or writes to it any more, whatever is still to be deleted by <see cref="DeleteAsync"/>.</summary>
    /// <returns>The record, in the state <see cref="ContextRecord.Deleting"/>; also when a deletion has begun, or ended, before.</returns>
    public async Task<ContextRecord> BeginDeleteAsync(ContextRecord context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ContextDocument? document = await UpdateRecordAsync(
            context.Id,
            document => document.State == ContextRecord.Deleting ? document : document with { State = ContextRecord.Deleting },
            cancellationToken);
        return document?.ToRecord() ?? context with { State = ContextRecord.Deleting };
    }

    /// <summary>Deletes what is there, waits until nobody writes any more on a word that was given before the mark, and deletes what came meanwhile.</summary>
    private async Task DeleteContentsAsync(string id, IProgress<int>? progress, Func<Task>? beforeBatch, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        int deleted = await DeleteOnceAsync(0);
        if (WritersGrace - time.GetElapsedTime(began) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, time, cancellationToken);
        }

        _ = await DeleteOnceAsync(deleted);

        async Task<int> DeleteOnceAsync(int before)
        {
            foreach (string prefix in CatalogKeys.Contents(id))
            {
                await AbortUploadsAsync(prefix, cancellationToken);
                before = await DeleteAllAsync(prefix, before, progress, beforeBatch, cancellationToken);
            }

            return before;
        }
    }

    /// <summary>One that goes on all the same fails, or would be deleted by whoever completes it.</summary>
    private async Task AbortUploadsAsync(string prefix, CancellationToken cancellationToken)
    {
        if (store.Properties.ListsUploads)
        {
            foreach (PendingUpload upload in await store.ListUploadsAsync(prefix, cancellationToken))
            {
                await store.AbortUploadAsync(upload.Key, upload.Id, cancellationToken);
            }
        }
    }

    private async Task<int> DeleteAllAsync(string prefix, int deletedBefore, IProgress<int>? progress, Func<Task>? beforeBatch, CancellationToken cancellationToken)
    {
        int deleted = deletedBefore;
        int before;
        do
        {
            before = deleted;
            await foreach (IReadOnlyList<string> keys in ListKeysAsync(prefix, cancellationToken))
            {
                if (keys.Count == 0)
                {
                    continue;
                }

                await (beforeBatch?.Invoke() ?? Task.CompletedTask);
                if (await store.DeleteManyAsync(keys, cancellationToken) is [var failed, ..])
                {
                    throw failed.Value;
                }

                deleted += keys.Count;
                progress?.Report(deleted);
            }
        }
        while (deleted > before); // Until a listing finds nothing: a mount may have stored more meanwhile.

        return deleted;
    }
}
