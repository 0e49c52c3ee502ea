using AgentBay.Fs.Keys;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>The copies that a swap of never-read files makes for a moment: a kill in the middle leaves them in the store.</summary>
internal static class AsideCopies
{
    /// <summary>Deletes those that this mirror left in an earlier session and that no placeholder needs. All marks have been read.</summary>
    public static async Task ClearAsync(OpenMirror mirror, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (ObjectInfo copy in ListAsync(mirror.Store, mirror.Keys, cancellationToken))
            {
                if (mirror.Operations.IsOfEarlierSession(mirror.Keys.AsideName(copy.Key)) && !mirror.Placeholders.IsSource(copy.Key, copy.ETag))
                {
                    await mirror.Store.DeleteAsync(copy.Key, copy.ETag, cancellationToken);
                }
            }
        }
        catch (StoreException error)
        {
            Log.AsideCopiesStay(mirror.Logger, error.Message); // The next mount, or fsck, tries again.
        }
    }

    public static IAsyncEnumerable<ObjectInfo> ListAsync(IObjectStore store, ContextKeys keys, CancellationToken cancellationToken) => store.ListAllAsync(keys.Aside(""), cancellationToken);
}
