using System.Collections.Concurrent;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Metadata;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>
/// Keeps a mount from bringing back what was cleared or deleted elsewhere. It asks before a round writes, and after one that took longer
/// than an answer counts; what was written since the last good answer is taken back.
/// </summary>
/// <param name="treeDirectory">Where the files of the mirror are, for the message.</param>
internal sealed class ContextWatch(ContextGuard guard, IObjectStore store, BaselineIndex index, string treeDirectory)
{
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly ConcurrentQueue<BaselineRow> unconfirmed = new();

    public bool IsFresh => guard.IsFresh;

    /// <summary>The context was cleared or deleted elsewhere: what this mount holds is stored no more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Something was written and the answer before it does not count any more: the next one is about it.</summary>
    /// <param name="stored">What the store acknowledged.</param>
    public void Wrote(BaselineRow stored) => unconfirmed.Enqueue(stored);

    /// <returns>Null: the context is as it was, and may be written to for <see cref="ContextGuard.Validity"/>. Else why not: an <see cref="FsException"/> for good, a <see cref="StoreException"/> for now.</returns>
    public async Task<Exception?> AskAsync(CancellationToken cancellationToken)
    {
        if (IsFresh)
        {
            return null;
        }

        await one.WaitAsync(cancellationToken);
        try
        {
            int written = unconfirmed.Count;
            await guard.CheckAsync(cancellationToken);
            while (written-- > 0)
            {
                _ = unconfirmed.TryDequeue(out _);
            }

            return null;
        }
        catch (ContextException unreadable) when (unreadable.Error == ContextError.Corrupt)
        {
            return null; // It says neither: data rather goes up than not.
        }
        catch (ContextException lost)
        {
            IsLost = true;
            return await TryTakeBackAsync(cancellationToken) ?? new FsException(FsError.Stale, $"{lost.Message}: nothing that is written here is stored any more. Unmount; what was not stored stays in {treeDirectory}.", lost);
        }
        catch (StoreException error)
        {
            return error;
        }
        finally
        {
            one.Release();
        }
    }

    /// <returns>Why it could not be done, for now.</returns>
    private async Task<Exception?> TryTakeBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TakeBackAsync(cancellationToken);
            return null;
        }
        catch (StoreException error)
        {
            return error;
        }
    }

    private async Task TakeBackAsync(CancellationToken cancellationToken)
    {
        while (unconfirmed.TryPeek(out BaselineRow? written))
        {
            // Others may have stored the same bytes since, which some stores give the same ETag.
            if (await store.HeadAsync(written.Key, cancellationToken) is { } there && there.ETag == written.Remote!.ETag
                && ObjectDescription.FromObject(written.Key, there, DefaultAttributes.Standard).OperationId == written.OperationId)
            {
                await store.DeleteVersionAsync(there.Key, there.ETag, cancellationToken);
            }

            await index.ApplyAsync(new IndexChange(written.Path, null, written)); // It is in no store: what a mount has of it is all that there is.

            _ = unconfirmed.TryDequeue(out _);
        }
    }
}
