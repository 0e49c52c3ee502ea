using System.Collections.Concurrent;
using AgentBay.Fs.Files;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// Brings the names of a folder into the mirror when it is first looked into, and compares a folder that an earlier mount
/// filled with the store again: both are the same reconciliation of baseline, mirror and listing.
/// </summary>
internal sealed class FolderFiller
{
    private const int MostLooks = 3;

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

    /// <summary>Null: none has ended in this mount.</summary>
    public RootLook? RootLook { get; private set; }

    public ValueTask FillAsync(TreePath folder, ulong inode, CancellationToken cancellationToken)
    {
        if (!mirror.Rules.Downloads || !mirror.Rules.Shows(folder))
        {
            return ValueTask.CompletedTask; // The store is not asked, not even by the name of a folder.
        }

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

    /// <summary>
    /// Looks into the store again for every folder that has been filled; where names appear only when they are asked for, this asks for
    /// all of them.
    /// </summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var folders = new Stack<TreePath>([TreePath.Root]);
        while (folders.TryPop(out TreePath folder))
        {
            if (!mirror.Rules.Shows(folder) || mirror.Files.TryStat(folder) is not { Kind: EntryKind.Folder } entry)
            {
                continue;
            }

            bool first = IsFirst(folder);
            if (first && mirror.Rules.Downloads && !folder.IsRoot)
            {
                continue; // It is filled when it is looked into.
            }

            await RefreshAsync(folder, entry.Identity.Inode, first, cancellationToken);
            foreach ((TreePath path, LocalEntry child) in mirror.Files.ReadFolder(folder) ?? [])
            {
                if (child.Kind == EntryKind.Folder)
                {
                    folders.Push(path);
                }
            }
        }
    }

    private async Task RefreshAsync(TreePath folder, ulong inode, bool first, CancellationToken cancellationToken)
    {
        try
        {
            if (!await LookAsync(folder, first, cancellationToken))
            {
                throw new FsException(FsError.StoreRefused, ListingDoubt.Message);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Note(folder, error.Message);
            throw;
        }

        Created(inode);
        mirror.ReadFailures.Remove(inode);
    }

    private async Task FillOnceAsync(TreePath folder, ulong inode, CancellationToken cancellationToken)
    {
        await filled.GetOrAdd(inode, _ => new Lazy<Task>(() => Task.Run(() => FillNowAsync(folder, inode), ending))).Value.WaitAsync(cancellationToken);
    }

    private async Task FillNowAsync(TreePath folder, ulong inode)
    {
        try
        {
            await FillNowAsync(folder);
            mirror.ReadFailures.Remove(inode);
        }
        catch (Exception error)
        {
            filled.TryRemove(inode, out _); // The next who asks tries again.
            Note(folder, error.Message);
            if (error is not OperationCanceledException)
            {
                mirror.ReadFailures.Add(folder, inode, error.Message);
                Log.NotRead(mirror.Logger, folder.ToString(), error.Message);
            }

            throw;
        }
    }

    /// <returns>False: what the store lists was not believed.</returns>
    private async Task<bool> LookAsync(TreePath folder, bool first, CancellationToken cancellationToken)
    {
        bool believed = await ReconcileAsync(folder, cancellationToken);
        if (believed)
        {
            MarkFilled(folder, first);
        }

        Note(folder, believed ? null : ListingDoubt.Message);
        return believed;
    }

    private void Note(TreePath folder, string? error)
    {
        if (folder.IsRoot)
        {
            RootLook = new RootLook(mirror.Options.Time.GetUtcNow(), error);
        }
    }

    private async Task FillNowAsync(TreePath folder)
    {
        bool first = IsFirst(folder);
        try
        {
            _ = await LookAsync(folder, first, ending);
        }
        catch (StoreException error) when (!first)
        {
            // Its names were all here once: working on without the store beats an error. The next mount compares again.
            Log.FolderNotCompared(mirror.Logger, folder.ToString(), error.Message);
            Note(folder, $"The names are as they were here: {error.Message}");
        }
        catch (StoreException error)
        {
            throw new FsException(error.IsTransient ? FsError.StoreUnavailable : FsError.StoreRefused, $"The names in {folder} are in the store only: {error.Message}", error);
        }
    }

    private bool IsFirst(TreePath folder) => folder.IsRoot ? mirror.Index.GetMeta(IndexMeta.RootFilled) != "1" : mirror.Files.IsUnfilled(folder);

    private void MarkFilled(TreePath folder, bool first)
    {
        if (first && folder.IsRoot)
        {
            mirror.Index.SetMeta(IndexMeta.RootFilled, "1");
        }
        else if (first)
        {
            mirror.Files.ClearUnfilled(folder);
        }
    }

    /// <returns>False: what the store does not list was not believed to be gone; what it lists was compared.</returns>
    private async Task<bool> ReconcileAsync(TreePath folder, CancellationToken cancellationToken)
    {
        if (!mirror.Keys.CanHold(folder))
        {
            return true; // All that is in it is here alone, and stays usable.
        }

        using AckLog.Listing listing = mirror.Acks.Begin();
        Dictionary<TreePath, RemoteName> remote = await ListAsync(folder, cancellationToken);
        DetachedMirror.Refuse(mirror.Files);
        Dictionary<TreePath, BaselineRow> rows = mirror.Index.Children(folder).ToDictionary(row => row.Path);
        if (folder.IsRoot)
        {
            await JudgeRootAsync(rows, remote, cancellationToken);
        }

        bool believed = !mirror.Doubt.Stands;
        IEnumerable<TreePath> here = believed ? rows.Keys.Concat((mirror.Files.ReadFolder(folder) ?? []).Select(child => child.Key)) : [];
        IEnumerable<TreePath> paths = new HashSet<TreePath>([.. remote.Keys, .. here]).Where(mirror.Rules.Shows);
        await Parallel.ForEachAsync(
            paths,
            new ParallelOptions { MaxDegreeOfParallelism = mirror.Options.Concurrency, CancellationToken = cancellationToken },
            async (path, token) => await ReconcileNameAsync(path, remote.GetValueOrDefault(path), listing, token));
        return believed;
    }

    private async Task JudgeRootAsync(Dictionary<TreePath, BaselineRow> rows, Dictionary<TreePath, RemoteName> remote, CancellationToken cancellationToken)
    {
        if (!mirror.Doubt.Stands && remote.Count > 0)
        {
            return;
        }

        List<TreePath> stored = [.. rows.Values.Where(HasObject).Select(row => row.Path)];
        if (stored.All(remote.ContainsKey))
        {
            mirror.Doubt.End();
        }
        else if (!SafetyGate.AllowsListing(TreePath.Root, stored.Count, remote.Count) && !await mirror.ExpiresAsync(whole: true, cancellationToken))
        {
            Log.EmptyListing(mirror.Logger, TreePath.Root.ToString(), stored.Count);
            mirror.Doubt.Begin();
        }
    }

    /// <summary>Whether the baseline knows an object at a name of the root, or below it.</summary>
    private bool HasObject(BaselineRow row) =>
        IsStored(row) || (row.Kind == EntryKind.Folder && mirror.Index.Under(row.Path).Any(IsStored));

    private static bool IsStored(BaselineRow row) => row is { Remote: not null, State: not BaselineState.Released };

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

        if (mirror.Rules.Of(path).LocalOnly)
        {
            await PlaceLeadingAsync(path, remote, cancellationToken);
            return;
        }

        // The names of a hard-linked file are compared at the same time: taking one away changes the inode that another is judged by.
        for (int tries = 1; tries <= MostLooks; tries++)
        {
            if (await TryReconcileAsync(path, remote, cancellationToken))
            {
                return;
            }
        }

        mirror.Journal.NameChanged(path);
    }

    /// <returns>False when the name changed meanwhile. What is the flush's work is noted for it.</returns>
    private async Task<bool> TryReconcileAsync(TreePath path, RemoteName? remote, CancellationToken cancellationToken)
    {
        PathState state;
        try
        {
            state = await scanner.SeeAsync(path);
        }
        catch (FsException)
        {
            mirror.Journal.NameChanged(path); // The flush reports it.
            return true;
        }

        if (state.Row is { IsIntent: true })
        {
            mirror.Journal.NameChanged(path); // Our own write, whose answer was lost: the flush sees to it.
            return true;
        }

        // As if it had never been seen: its deletion is no matter of the store's, or nobody deleted it through the mount.
        bool unknown = state is { Local.Entry: null, Row: { } gone } && (gone.State == BaselineState.Released || !mirror.Journal.Notes(path));
        BaselineRow? row = unknown ? null : state.Row;

        // A folder that we know by its files alone: it has been stored, and what is missing here was moved or deleted here.
        bool implied = row is null && remote is { Folder: true } && mirror.Index.Under(path).Any(below => below.State != BaselineState.Released && mirror.Journal.Notes(below.Path));
        RemoteChange change = implied ? RemoteChange.Same : Compare(row, remote);
        PathRules rules = state.Rules with { HidesNew = false }; // Whoever looks has asked.
        Decision decision = Reconciler.Decide(rules, implied || row is not null, state.Local.Change, change);
        switch (decision)
        {
            case Decision.Nothing when row != state.Row:
                await mirror.Index.ApplyAsync(IndexChange.Forget(path)); // Gone in the store as well.
                return true;
            case Decision.Nothing:
                return true;
            case Decision.Release: // Its deletion here stayed here: this is where it comes back.
            case Decision.Place or Decision.Replace:
                return await PlaceAsync(path, state, remote!, cancellationToken);
            case Decision.DeleteLocal when state is { NeedsMarker: true, Row.Remote: null }:
                mirror.Journal.NameChanged(path); // It never was in the store by itself: the last of its files went here, and its marker is still to be written.
                return true;
            case Decision.DeleteLocal:
                return await RemoveAsync(path, state.Local, cancellationToken);
            case Decision.Forget:
                await mirror.Index.ApplyAsync(IndexChange.Forget(path));
                return true;
            case Decision.Conflict when state.Row is null && remote is { Folder: true } && state.Local.Entry is { Kind: EntryKind.Folder } entry:
                await placer.AdoptFolderAsync(path, entry, remote.Key, cancellationToken);
                mirror.Journal.NameChanged(path);
                return true;
            default:
                // What goes up is the flush's work; it finds a conflict by the condition of its write.
                mirror.Journal.NameChanged(path);
                return true;
        }
    }

    /// <summary>A folder outside the white lists with something inside them below it: it is shown, so that this can be reached, and never judged.</summary>
    private async Task PlaceLeadingAsync(TreePath path, RemoteName? remote, CancellationToken cancellationToken)
    {
        if (remote is { Folder: true } && mirror.Files.TryStat(path) is null)
        {
            PathState state = await scanner.SeeAsync(path);
            _ = await PlaceAsync(path, state, remote, cancellationToken);
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
        Dictionary<TreePath, ListedName> names = await FolderListing.ReadAsync(mirror.Store, mirror.Keys, folder, key => Log.KeyIgnored(mirror.Logger, key), cancellationToken);
        Dictionary<TreePath, RemoteName> remote = names.ToDictionary(name => name.Key, name => new RemoteName(name.Value.Key, name.Value.IsFolder, name.Value.Info is { } info ? TreePlacer.VersionOf(info) : null));
        SettleOwnShadows(folder, remote);
        return remote;
    }

    /// <summary>
    /// A name that changed between file and folder here shows as both until everything of the old side is deleted in the store: that one is no
    /// other session's, and comes back under no other name.
    /// </summary>
    private void SettleOwnShadows(TreePath folder, Dictionary<TreePath, RemoteName> remote)
    {
        foreach (BaselineRow row in mirror.Index.Children(folder))
        {
            if (row.Kind == EntryKind.Folder || remote.GetValueOrDefault(row.Path) is not { Folder: true }
                || !mirror.Keys.TryShadowedPath(row.Key, out TreePath shadow) || remote.GetValueOrDefault(shadow) is not { } file || file.Key != row.Key)
            {
                continue;
            }

            if (mirror.Files.TryStat(row.Path) is { Kind: EntryKind.Folder })
            {
                remote.Remove(shadow);
            }
            else if (mirror.Index.Under(row.Path).Count > 0)
            {
                remote.Remove(shadow);
                remote[row.Path] = file;
            }
        }
    }

    private sealed record RemoteName(string Key, bool Folder, RemoteVersion? Version);
}
