using System.Collections.Concurrent;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// Brings the names of a folder into the mirror when it is first looked into, and compares a folder that an earlier mount
/// filled with the store again: both are the same reconciliation of baseline, mirror and listing.
/// </summary>
internal sealed class FolderFiller
{
    /// <summary>By the folder's inode. Complete: every name is in the mirror, for this mount.</summary>
    private readonly ConcurrentDictionary<ulong, Lazy<Task>> filled = new();
    private readonly OpenMirror mirror;
    private readonly TreePlacer placer;
    private readonly LocalScanner scanner;
    private readonly CancellationToken ending;

    public FolderFiller(OpenMirror mirror, TreePlacer placer, LocalScanner scanner, CancellationToken ending)
    {
        (this.mirror, this.placer, this.scanner, this.ending) = (mirror, placer, scanner, ending);
        placer.FolderRemoved = Removed;
    }

    public ValueTask FillAsync(TreePath folder, ulong inode, CancellationToken cancellationToken)
    {
        if (filled.TryGetValue(inode, out Lazy<Task>? known) && known.Value.IsCompletedSuccessfully)
        {
            return ValueTask.CompletedTask;
        }

        return new ValueTask(FillOnceAsync(folder, inode, cancellationToken));
    }

    /// <summary>Every name of a folder is in the mirror, for this mount.</summary>
    public bool IsFilled(TreePath folder) =>
        mirror.Files.TryStat(folder) is { } entry && filled.TryGetValue(entry.Identity.Inode, out Lazy<Task>? known) && known.Value.IsCompletedSuccessfully;

    public void Created(ulong inode) => filled[inode] = new Lazy<Task>(Task.CompletedTask);

    public void Removed(ulong inode) => filled.TryRemove(inode, out _);

    /// <summary>Completes when nothing runs any more; the token has been cancelled.</summary>
    public async Task StopAsync() =>
        await Task.WhenAll(filled.Values.Where(fill => fill.IsValueCreated).Select(fill => fill.Value)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Everything below, names only.</summary>
    public async Task FillTreeAsync(TreePath top, CancellationToken cancellationToken)
    {
        var folders = new Stack<TreePath>([top]);
        while (folders.TryPop(out TreePath folder))
        {
            if (mirror.Files.TryStat(folder) is not { Kind: EntryKind.Folder } entry)
            {
                continue;
            }

            await FillAsync(folder, entry.Identity.Inode, cancellationToken);
            foreach ((TreePath path, LocalEntry child) in mirror.Files.ReadFolder(folder) ?? [])
            {
                if (child.Kind == EntryKind.Folder)
                {
                    folders.Push(path);
                }
            }
        }
    }

    /// <summary>Looks into the store again for every folder that has been filled.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var folders = new Stack<TreePath>([TreePath.Root]);
        while (folders.TryPop(out TreePath folder))
        {
            if (mirror.Files.TryStat(folder) is not { Kind: EntryKind.Folder } entry || mirror.Files.IsUnfilled(folder))
            {
                continue;
            }

            await ReconcileAsync(folder, cancellationToken);
            Created(entry.Identity.Inode);
            foreach ((TreePath path, LocalEntry child) in mirror.Files.ReadFolder(folder) ?? [])
            {
                if (child.Kind == EntryKind.Folder)
                {
                    folders.Push(path);
                }
            }
        }
    }

    private async Task FillOnceAsync(TreePath folder, ulong inode, CancellationToken cancellationToken)
    {
        Lazy<Task> fill = filled.GetOrAdd(inode, _ => new Lazy<Task>(() => Task.Run(() => FillNowAsync(folder), ending)));
        try
        {
            await fill.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (fill.Value.IsFaulted || fill.Value.IsCanceled)
        {
            // The next who asks tries again.
            filled.TryRemove(KeyValuePair.Create(inode, fill));
            throw;
        }
    }

    private async Task FillNowAsync(TreePath folder)
    {
        bool first = folder.IsRoot ? mirror.Index.GetMeta(IndexMeta.RootFilled) is null : mirror.Files.IsUnfilled(folder);
        try
        {
            await ReconcileAsync(folder, ending);
            if (first && folder.IsRoot)
            {
                mirror.Index.SetMeta(IndexMeta.RootFilled, "1");
            }
            else if (first)
            {
                mirror.Files.ClearUnfilled(folder);
            }
        }
        catch (StoreException error) when (!first)
        {
            // Its names were all here once: working on without the store beats an error. The next mount compares again.
            Log.FolderNotCompared(mirror.Logger, folder.ToString(), error.Message);
        }
        catch (StoreException error)
        {
            throw new FsException(error.IsTransient ? FsError.StoreUnavailable : FsError.StoreRefused, $"The names in {folder} are in the store only: {error.Message}", error);
        }
    }

    private async Task ReconcileAsync(TreePath folder, CancellationToken cancellationToken)
    {
        using AckLog.Listing listing = mirror.Acks.Begin();
        Dictionary<TreePath, RemoteName> remote = await ListAsync(folder, cancellationToken);
        DetachedMirror.Refuse(mirror.Files);
        Dictionary<TreePath, BaselineRow> rows = mirror.Index.Children(folder).ToDictionary(row => row.Path);
        if (!SafetyGate.AllowsListing(folder, rows.Count, remote.Count))
        {
            Log.EmptyListing(mirror.Logger, folder.ToString(), rows.Count);
            return;
        }

        var local = (mirror.Files.ReadFolder(folder) ?? []).Select(child => child.Key);
        var paths = new HashSet<TreePath>([.. remote.Keys, .. rows.Keys, .. local]);
        await Parallel.ForEachAsync(
            paths,
            new ParallelOptions { MaxDegreeOfParallelism = mirror.Options.Concurrency, CancellationToken = cancellationToken },
            async (path, token) => await ReconcileNameAsync(path, remote.GetValueOrDefault(path), listing, token));
    }

    /// <summary>One object that this disk cannot hold, or that may not be read, takes no other name with it.</summary>
    private async Task ReconcileNameAsync(TreePath path, RemoteName? remote, AckLog.Listing listing, CancellationToken cancellationToken)
    {
        try
        {
            await ReconcileAsync(path, remote, listing, cancellationToken);
        }
        catch (Exception error) when (error is StoreException { Kind: StoreErrorKind.AccessDenied or StoreErrorKind.Refused }
            or FsException { Error: FsError.TooLarge or FsError.Corrupt or FsError.StoreRefused }
            or (IOException and not StoreException and not FsException))
        {
            Log.NameNotPlaced(mirror.Logger, path.ToString(), error.Message);
        }
    }

    private async Task ReconcileAsync(TreePath path, RemoteName? remote, AckLog.Listing listing, CancellationToken cancellationToken)
    {
        // An action in flight on this path ends first, and then the listing is too old to judge it.
        using IDisposable entered = await mirror.Locks.EnterAsync([path.ToString()], cancellationToken);
        if (listing.IsTooOldFor(path))
        {
            return;
        }

        PathState state;
        try
        {
            state = await scanner.SeeAsync(path);
        }
        catch (FsException)
        {
            mirror.Journal.NameChanged(path); // The flush reports it.
            return;
        }

        if (state.Row is { IsIntent: true })
        {
            mirror.Journal.NameChanged(path); // Our own write, whose answer was lost: the flush sees to it.
            return;
        }

        // A folder that we know by its files alone: it has been stored, and what is missing here was moved or deleted here.
        bool implied = state.Row is null && remote is { Folder: true } && mirror.Index.Under(path).Count > 0;
        RemoteChange change = implied ? RemoteChange.Same : Compare(state.Row, remote);
        Decision decision = Reconciler.Decide(implied || state.Row is not null, state.Local.Change, change, sameContent: false);
        bool done = true;
        switch (decision)
        {
            case Decision.Nothing:
                break;
            case Decision.Place or Decision.Replace:
                done = await PlaceAsync(path, state, remote!, cancellationToken);
                break;
            case Decision.DeleteLocal when state is { NeedsMarker: true, Row.Remote: null }:
                done = false; // It never was in the store by itself: the last of its files went here, and its marker is still to be written.
                break;
            case Decision.DeleteLocal:
                done = await RemoveAsync(path, state.Local, cancellationToken);
                break;
            case Decision.Forget:
                await mirror.Index.ApplyAsync(IndexChange.Forget(path));
                break;
            default:
                // What goes up is the flush's work; it finds a conflict by the condition of its write.
                done = false;
                break;
        }

        if (!done)
        {
            mirror.Journal.NameChanged(path);
        }
    }

    private async Task<bool> RemoveAsync(TreePath path, LocalView seen, CancellationToken cancellationToken)
    {
        if (seen.Entry is { Kind: EntryKind.Folder } && !mirror.Files.IsUnfilled(path))
        {
            await ReconcileAsync(path, cancellationToken); // What is clean below it goes; what is not keeps it.
        }

        return await placer.RemoveAsync(path, seen);
    }

    private async Task<bool> PlaceAsync(TreePath path, PathState state, RemoteName remote, CancellationToken cancellationToken)
    {
        LocalView? old = state.Local;
        if (remote.Folder && old.Entry is { Kind: EntryKind.Folder })
        {
            return true;
        }

        if (old.Entry is { } entry && (entry.Kind == EntryKind.Folder) != remote.Folder)
        {
            if (!await RemoveAsync(path, old, cancellationToken))
            {
                return false;
            }

            old = null;
        }

        RemoteObject? described = await placer.DescribeAsync(remote.Key, cancellationToken);
        if (described is null)
        {
            return !remote.Folder || await placer.PlaceFolderAsync(path, remote.Key);
        }

        return await placer.PlaceAsync(path, described, old, cancellationToken);
    }

    private static RemoteChange Compare(BaselineRow? row, RemoteName? remote)
    {
        if (remote is null)
        {
            // A folder's own marker does not show in its parent's listing beside its children; gone is gone all the same.
            return RemoteChange.Absent;
        }

        if (row is null)
        {
            return RemoteChange.Changed;
        }

        if (remote.Folder)
        {
            return row.Kind == EntryKind.Folder ? RemoteChange.Same : RemoteChange.Changed;
        }

        return row.Kind != EntryKind.Folder && row.Remote is { } known && known.IsSameAs(remote.Version!) ? RemoteChange.Same : RemoteChange.Changed;
    }

    private async Task<Dictionary<TreePath, RemoteName>> ListAsync(TreePath folder, CancellationToken cancellationToken)
    {
        string prefix = mirror.Keys.For(folder, folder: true);
        var names = new Dictionary<TreePath, RemoteName>();
        string? token = null;
        do
        {
            ListPage page = await mirror.Store.ListAsync(new ListRequest(prefix) { Delimiter = "/", ContinuationToken = token }, cancellationToken);
            foreach (string key in page.Prefixes)
            {
                Add(key, new RemoteName(key, true, null));
            }

            foreach (ObjectInfo info in page.Objects)
            {
                if (info.Key != prefix)
                {
                    Add(info.Key, new RemoteName(info.Key, false, TreePlacer.VersionOf(info)));
                }
            }

            token = page.NextToken;
        }
        while (token is not null);
        return names;

        void Add(string key, RemoteName name)
        {
            if (!mirror.Keys.TryPath(key, out TreePath path, out _) || path.Parent != folder)
            {
                Log.KeyIgnored(mirror.Logger, key);
                return;
            }

            // "a" and "a/b": the folder wins, the object shows under an escaped name. On a page prefixes come before objects.
            if (!names.TryAdd(path, name) && names[path] is { } other)
            {
                (RemoteName winner, RemoteName shadowed) = name.Folder ? (name, other) : (other, name);
                names[path] = winner;
                if (mirror.Keys.TryShadowedPath(shadowed.Key, out TreePath shadow))
                {
                    names[shadow] = shadowed;
                }
                else
                {
                    Log.KeyIgnored(mirror.Logger, shadowed.Key);
                }
            }
        }
    }

    private sealed record RemoteName(string Key, bool Folder, RemoteVersion? Version);
}
