using AgentBay.ObjectStore;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// Brings in, in the background, what nobody has asked for yet: all names, then the bytes, small files first. It begins when the first looks
/// are over, goes two files at a time, and leaves the disk room to work.
/// </summary>
internal sealed class Prefetcher(OpenMirror mirror, FolderFiller filler, Hydrator hydrator)
{
    private const int FilesAtOnce = 2;

    private static readonly TimeSpan FirstLooks = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StoreAway = TimeSpan.FromMinutes(2);

    /// <summary>Ends when everything is here, the disk is too full for it, or it is cancelled. Throws nothing.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(FirstLooks, mirror.Options.Time, cancellationToken);
            while (!await TryFetchAllAsync(cancellationToken))
            {
                await Task.Delay(StoreAway, mirror.Options.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end; what is not here comes when it is opened.
        }
        catch (Exception error)
        {
            Log.PrefetchFailed(mirror.Logger, error);
        }
    }

    /// <returns>False: the store does not answer, and there is more to bring in.</returns>
    internal async Task<bool> TryFetchAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await filler.FillTreeAsync(TreePath.Root, cancellationToken);
            List<Waiting> waiting = [.. Placeholders().OrderBy(file => file.Size)];
            using var full = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                await Parallel.ForEachAsync(
                    waiting,
                    new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = full.Token },
                    async (file, token) => await FetchAsync(file, full, token));
            }
            catch (OperationCanceledException) when (full.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                Log.PrefetchStopped(mirror.Logger, mirror.Files.FreeSpace);
            }

            return true;
        }
        catch (FsException error) when (error.Error == FsError.StoreUnavailable)
        {
            return false;
        }
        catch (StoreException error) when (error.IsTransient)
        {
            return false;
        }
    }

    private async Task FetchAsync(Waiting file, CancellationTokenSource full, CancellationToken cancellationToken)
    {
        if (mirror.Files.FreeSpace - file.Size < mirror.Options.PrefetchReserve)
        {
            await full.CancelAsync(); // The files after it are larger.
            return;
        }

        try
        {
            await hydrator.HydrateAsync(file.Path, file.Inode, cancellationToken);
        }
        catch (FsException error) when (error.Error != FsError.StoreUnavailable)
        {
            Log.NotPrefetched(mirror.Logger, file.Path.ToString(), error.Message); // Whoever opens it hears of it.
        }
    }

    private IEnumerable<Waiting> Placeholders()
    {
        var folders = new Stack<TreePath>([TreePath.Root]);
        while (folders.TryPop(out TreePath folder))
        {
            foreach ((TreePath path, LocalEntry entry) in mirror.Files.ReadFolder(folder) ?? [])
            {
                if (entry.Kind == EntryKind.Folder && mirror.Rules.Shows(path))
                {
                    folders.Push(path);
                }
                else if (entry.Kind == EntryKind.File && mirror.Rules.Filter.IsSynced(path) && mirror.Placeholders.TryGet(entry.Identity.Inode, out PlaceholderMark? mark))
                {
                    yield return new Waiting(path, entry.Identity.Inode, mark.Size);
                }
            }
        }
    }

    private readonly record struct Waiting(TreePath Path, ulong Inode, long Size);
}
