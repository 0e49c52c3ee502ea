using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>
/// A deletion marks the record, so that nobody mounts the context any more, then deletes the objects, the manifest, the expiry rules, the record and the name.
/// Cut short anywhere, it is ended by deleting again.
/// </summary>
public sealed partial class ContextCatalog
{
    /// <summary>Deletes a context with all its objects; that parts of it are gone already is no error.</summary>
    /// <param name="deletedObjects">Told the number of objects deleted so far.</param>
    /// <exception cref="StoreException">An object could not be deleted: the context stays, marked, until this is called again.</exception>
    public async Task DeleteAsync(ContextRecord context, IProgress<int>? deletedObjects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ContextDocument? document = await UpdateRecordAsync(
            context.Id,
            document => document.State == ContextRecord.Deleting ? document : document with { State = ContextRecord.Deleting },
            cancellationToken);
        int deleted = 0;
        foreach (string prefix in CatalogKeys.Contents(context.Id))
        {
            deleted = await DeleteAllAsync(prefix, deleted, deletedObjects, beforeBatch: null, cancellationToken);
        }

        await new ContextRecycling(store).RemoveAsync(context.Id, cancellationToken);
        await store.DeleteAsync(CatalogKeys.Record(context.Id), ifMatch: null, cancellationToken);
        await ReleaseAsync(document?.Name ?? context.Name, context.Id, cancellationToken);
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
