using AgentBay.Posix;

namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    public async Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken) => await threads.RunAsync(
        () =>
        {
            var places = KeyPlaces.Of(key);
            Delete(places, current =>
            {
                if (!HasExpired(places, current))
                {
                    CheckVersion(key, ifMatch, current);
                }

                return true;
            });
            return true;
        }, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var failed = new List<KeyValuePair<string, StoreException>>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxThreads, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(keys, options, async (key, cancel) =>
        {
            try
            {
                await DeleteAsync(key, null, cancel).ConfigureAwait(false);
            }
            catch (StoreException e)
            {
                lock (failed)
                {
                    failed.Add(new(key, e));
                }
            }
        }).ConfigureAwait(false);
        return failed;
    }

    private void Delete(KeyPlaces places, Func<StoredFile, bool> decide)
    {
        byte[] folder;
        using (locks.Acquire(places.Key))
        {
            using StoredFile? current = Find(places).File;
            if (current == null || !decide(current))
            {
                return;
            }

            // A plain file dropped in beside the escaped one hides it: the hidden one goes first, or it would come back. A folder there is no object.
            if (current.Place != places.Escaped && Unlink(places.Escaped) is var hidden and not (Errno.ENOENT or Errno.ENOTDIR or Errno.EISDIR))
            {
                Check("delete", places.Escaped, hidden);
            }

            Check("delete", current.Place, Unlink(current.Place));
            folder = current.Place.Folder;
        }

        reached("delete: unlinked");
        SyncWhatRemains(folders.RemoveEmpty(folder));
    }

    private Errno Unlink(Place place)
    {
        Errno result = folders.TryOpen(place.Folder, out var folder);
        using (folder)
        {
            return result == Errno.OK ? Syscall.Unlink(folder, place.Name) : result;
        }
    }

    private void SyncWhatRemains(byte[] path)
    {
        while (true)
        {
            Errno result = folders.TryOpen(path, out var folder);
            using (folder)
            {
                if (result == Errno.OK)
                {
                    folders.Sync(path, folder);
                    return;
                }
            }

            if (result is not (Errno.ENOENT or Errno.ENOTDIR) || path.Length == 0)
            {
                throw errors.Create("fsync a folder", result);
            }

            path = Place.At(path).Folder;
        }
    }
}
