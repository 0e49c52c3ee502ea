using System.Collections.Concurrent;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>Carries what the journal notes to the store: in the background, at fsync, at sync and at unmount.</summary>
internal sealed class SyncEngine(OpenMirror mirror, LocalScanner scanner, ActionRunner runner)
{
    private const int UrgentConcurrency = 8;
    private const int TriesOfOnePath = 8;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>How long a pass that was ended may still ask whether its context is the one that it wrote to.</summary>
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(20);

    private readonly PlanExecutor executor = new(runner, mirror.Options.Concurrency);

    /// <summary>For who waits in an fsync: not behind the thousands of a background round.</summary>
    private readonly PlanExecutor urgent = new(runner, UrgentConcurrency);
    private readonly ConcurrentDictionary<TreePath, string> failures = new();

    /// <summary>Not looked at until they change: an inode that is another file's now leads to them too.</summary>
    private readonly ConcurrentDictionary<TreePath, byte> acknowledged = new();
    private readonly SharedRuns<(TreePath File, ulong Inode)> fsyncs = new();
    private readonly SemaphoreSlim oneFullRound = new(1, 1);

    private string? lastError;

    /// <summary>See <see cref="IMirrorHost.WriteBackKernelCache"/>.</summary>
    public Func<CancellationToken, Task>? WriteBackKernelCache { get; set; }

    public bool IsQuiet => mirror.Journal.Count == 0 && failures.IsEmpty && mirror.Journal.Writers().Count == 0;

    public SyncStatus Status
    {
        get
        {
            List<PendingChange> pending = Pending(long.MaxValue);
            return new SyncStatus(pending.Count, pending.Sum(change => change.Bytes), LastError, pending.Where(change => change.Error is not null).ToList())
            {
                BytesPerSecond = runner.Sent.BytesPerSecond,
                CacheBytes = mirror.Index.PresentBytes(),
                CacheFree = mirror.Files.FreeSpace,
            };
        }
    }

    public string? LastError => mirror.Doubt.Stands ? ListingDoubt.Message : mirror.ReadFailures.Any() ?? lastError;

    /// <summary>Nothing that failed is left, whoever has stored it.</summary>
    public event Action? Healed;

    public bool HasFailed => !failures.IsEmpty;

    /// <summary>Why the last try to store a path failed; null when it did not.</summary>
    public string? ErrorOf(TreePath path) => failures.GetValueOrDefault(path);

    /// <summary>A failure that somebody knows of: until the path changes again, or is mounted again, it is not tried and holds nothing up.</summary>
    /// <returns>False: it has not failed.</returns>
    public bool Acknowledge(TreePath path)
    {
        if (!failures.ContainsKey(path))
        {
            return false;
        }

        mirror.Journal.Done(path, mirror.Files.TryStat(path)?.Identity.Inode, mirror.Journal.Clock);
        acknowledged[path] = 0;
        return true;
    }

    /// <summary>Uploads until nothing of what is noted now is pending, or only what fails for good, or the token ends it.</summary>
    public async Task<FlushReport> FlushAsync(IProgress<FlushProgress>? progress, CancellationToken cancellationToken)
    {
        var counter = new Counter(progress);
        TimeSpan pause = FirstPause;
        long until = long.MaxValue;
        string? heldBack = null;
        try
        {
            heldBack = await WriteBackAsync(cancellationToken);
            until = mirror.Journal.Clock;
            for (int tries = 0; ; tries++)
            {
                Round round = await FullRoundAsync(includeOpenFiles: true, counter, cancellationToken);
                bool settled = round.Again == 0 && (Pending(until).Count == 0 || (round.Dirty == 0 && !round.Transient));
                if (settled || (tries >= TriesOfOnePath && !round.Transient))
                {
                    // What must be looked at again was noted anew: nothing of it may count as done.
                    until = round.Again > 0 ? long.MaxValue : until;
                    break;
                }

                if (round.Transient)
                {
                    await Task.Delay(pause, mirror.Options.Time, cancellationToken);
                    pause = Min(pause * 2, LongestPause);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The report says what remains.
        }

        List<PendingChange> remaining = Pending(until);
        if (heldBack is not null)
        {
            remaining.Add(new PendingChange(TreePath.Root, 0, heldBack));
        }

        var report = new FlushReport(counter.Files, counter.Bytes, remaining) { IsContextLost = mirror.Watch.IsLost, Acknowledged = Acknowledged() };
        Log.Flushed(mirror.Logger, report.FilesDone, report.BytesDone, report.Remaining.Count);
        return report;
    }

    /// <summary>What a flush would upload. Takes what turns out to need nothing off the journal; uploads nothing.</summary>
    public async Task<FlushReport> SurveyAsync(CancellationToken cancellationToken)
    {
        await oneFullRound.WaitAsync(cancellationToken);
        try
        {
            IReadOnlyDictionary<TreePath, JournalEntry> names = mirror.Journal.Read(out long at);
            var failed = new Dictionary<TreePath, Exception>();
            List<PathState> states = await SeeAsync(ScopeOf(names, includeOpenFiles: true, out _), everything: true, failed, cancellationToken);
            SyncPlan plan = Planner.Plan(states, n => $"aside{n}");
            HashSet<TreePath> open = [.. plan.Actions.Select(action => action.Path), .. failed.Keys];
            foreach (TreePath path in open)
            {
                mirror.Journal.NotDone(path, at);
            }

            _ = Settle(states, open, at, everything: true);
            IEnumerable<PendingChange> uploads = plan.Actions.Where(action => action.ReachesStore && action.Kind != ActionKind.CopyAside)
                .DistinctBy(action => action.Path)
                .Select(action => new PendingChange(action.Path, action.Kind == ActionKind.Upload ? action.Local.Entry?.Size ?? 0 : 0, failures.GetValueOrDefault(action.Path)));
            return new FlushReport(0, 0, [.. uploads, .. failed.Select(error => new PendingChange(error.Key, 0, error.Value.Message))]) { IsByPolicy = true, Acknowledged = Acknowledged() };
        }
        finally
        {
            oneFullRound.Release();
        }
    }

    /// <summary>Files that stay open for writing, as they are now. Times tell which have changed: the bytes are compared at the latest when they are closed.</summary>
    public async Task FlushOpenFilesAsync(CancellationToken cancellationToken)
    {
        _ = await WriteBackAsync(cancellationToken);
        long at = mirror.Journal.Clock;
        HashSet<TreePath> changed = [.. mirror.Journal.Writers().Select(writer => writer.Path).Where(path => mirror.Files.TryStat(path) is { } entry && mirror.Index.Find(path)?.CtimeNs != entry.CtimeNs)];
        if (changed.Count > 0)
        {
            _ = await RoundAsync(changed, at, everything: false, new Counter(null), cancellationToken);
        }
    }

    /// <exception cref="FsException">It was cleared or deleted elsewhere. A store that does not say is no reason.</exception>
    public async Task ConfirmContextAsync(CancellationToken cancellationToken)
    {
        if (await mirror.Watch.AskAsync(cancellationToken) is FsException lost)
        {
            throw lost;
        }
    }

    /// <returns>Why the kernel could not write out what it holds; null when it could, or holds nothing.</returns>
    private async Task<string?> WriteBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (WriteBackKernelCache?.Invoke(cancellationToken) ?? Task.CompletedTask);
            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // What has reached the mirror goes up all the same; the report is not clean.
            Log.KernelHoldsBack(mirror.Logger, error);
            return $"The kernel could not write out what it holds of open files: {error.Message}";
        }
    }

    /// <summary>Between flushes: so that a mount that writes nothing hears of a clear too.</summary>
    public async Task WatchContextAsync(CancellationToken cancellationToken)
    {
        if (await mirror.Watch.AskAsync(cancellationToken) is FsException lost && lastError != lost.Message)
        {
            lastError = lost.Message;
            Log.ContextLost(mirror.Logger, lost.Message);
        }
    }

    /// <summary>Promise 1. False: the path no longer names this inode.</summary>
    public Task<bool> FsyncAsync(TreePath file, ulong inode, CancellationToken cancellationToken) =>
        fsyncs.JoinAsync((file, inode), token => FsyncOnceAsync(file, inode, token), cancellationToken);

    private async Task<bool> FsyncOnceAsync(TreePath file, ulong inode, CancellationToken cancellationToken)
    {
        if (mirror.Files.TryStat(file) is not { } entry || entry.Identity.Inode != inode)
        {
            return mirror.Rules.Of(file).LocalOnly;
        }

        // By whichever name it was opened: what has several is stored under all of them, new ones too.
        HashSet<TreePath> names = [file, .. mirror.Index.FindByInode(inode).Where(row => row.Identity == entry.Identity).Select(row => row.Path)];
        if (entry.Links > 1)
        {
            names.UnionWith(NotedInodes()[entry.Identity]);
        }

        if (names.All(name => mirror.Rules.Of(name).LocalOnly))
        {
            return true; // The local disk is all there is to it.
        }

        await FlushPathsAsync(names, cancellationToken);
        return mirror.Files.TryStat(file) is { } now && now.Identity == entry.Identity;
    }

    /// <summary>Promise 2: the names directly in a folder and what they name; for the root everything.</summary>
    public async Task FsyncFolderAsync(TreePath folder, CancellationToken cancellationToken)
    {
        if (folder.IsRoot)
        {
            await FsyncRootAsync(cancellationToken);
            return;
        }

        if (!mirror.Rules.Shows(folder))
        {
            return;
        }

        HashSet<TreePath> names = [folder, .. (mirror.Files.ReadFolder(folder) ?? []).Select(child => child.Key), .. mirror.Index.Children(folder).Select(row => row.Path)];
        await FlushPathsAsync(names, cancellationToken);
    }

    private async Task FsyncRootAsync(CancellationToken cancellationToken)
    {
        if (await WriteBackAsync(cancellationToken) is { } heldBack)
        {
            throw new FsException(FsError.StoreRefused, heldBack);
        }

        // One round at least: writes to open files are in no journal.
        for (int tries = 1; ; tries++)
        {
            Round round = await FullRoundAsync(includeOpenFiles: true, new Counter(null), cancellationToken);
            ThrowIfFailed(round);
            if (round.Again == 0)
            {
                return;
            }

            ThrowIfTooOften(TreePath.Root, tries);
        }
    }

    /// <summary>One pass over all that is noted.</summary>
    /// <param name="includeOpenFiles">Also files that are open for writing: as they are now.</param>
    public async Task<Round> FullRoundAsync(bool includeOpenFiles, Counter counter, CancellationToken cancellationToken)
    {
        await oneFullRound.WaitAsync(cancellationToken);
        try
        {
            IReadOnlyDictionary<TreePath, JournalEntry> names = mirror.Journal.Read(out long at);
            Round round = await RoundAsync(ScopeOf(names, includeOpenFiles, out HashSet<TreePath> heldBack), at, everything: true, counter, cancellationToken);
            mirror.Journal.HeldBack(heldBack, at);
            return round;
        }
        finally
        {
            oneFullRound.Release();
        }
    }

    /// <param name="heldBack">What was noted of files that wait for their close.</param>
    private HashSet<TreePath> ScopeOf(IReadOnlyDictionary<TreePath, JournalEntry> names, bool includeOpenFiles, out HashSet<TreePath> heldBack)
    {
        heldBack = [];
        var scope = new HashSet<TreePath>();
        // What waits longest goes first: a deadline may leave the rest.
        foreach ((TreePath path, JournalEntry entry) in names.OrderBy(name => name.Value.Since))
        {
            if (entry.WithTree)
            {
                scope.UnionWith(scanner.Expand(path));
            }

            scope.Add(path);
        }

        foreach (ulong inode in mirror.Journal.WrittenInodes())
        {
            scope.UnionWith(mirror.Index.FindByInode(inode).Select(row => row.Path));
        }

        foreach (OpenWriter writer in mirror.Journal.Writers())
        {
            if (includeOpenFiles)
            {
                scope.Add(writer.Path);
            }
            else if (mirror.Files.TryStat(writer.Path)?.Identity.Inode == writer.Inode)
            {
                // Its old name stays in the store as well until the new one can go there.
                heldBack.UnionWith(mirror.Index.FindByInode(writer.Inode).Select(row => row.Path).Append(writer.Path).Where(scope.Contains));
            }
        }

        scope.ExceptWith(heldBack);
        foreach (TreePath path in acknowledged.Keys)
        {
            if (mirror.Journal.Notes(path))
            {
                acknowledged.TryRemove(path, out _);
            }
            else
            {
                scope.Remove(path);
            }
        }

        return scope;
    }

    private async Task FlushPathsAsync(HashSet<TreePath> names, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            Round round = await RoundAsync(names, mirror.Journal.Clock, everything: false, new Counter(null), cancellationToken);
            ThrowIfFailed(round);
            if (round.Again == 0)
            {
                return; // Of a file that is written without a pause, what was written before the call is in the store.
            }

            ThrowIfTooOften(names.First(), tries);

            // Something else must go first (a move out of a key that is needed here): all of it.
            if (tries == 2)
            {
                Round all = await FullRoundAsync(includeOpenFiles: false, new Counter(null), cancellationToken);
                ThrowIfFailed(all.Transient ? all : default); // What fails for good somewhere else is told there.
            }
        }
    }

    private static void ThrowIfTooOften(TreePath path, int tries)
    {
        if (tries == TriesOfOnePath)
        {
            throw new FsException(FsError.StoreUnavailable, $"{path} changes faster than it can be stored: it is not certain to be in the store.");
        }
    }

    /// <param name="everything">The scope has all that is noted.</param>
    private async Task<Round> RoundAsync(IReadOnlyCollection<TreePath> scope, long at, bool everything, Counter counter, CancellationToken cancellationToken)
    {
        var failed = new Dictionary<TreePath, Exception>();
        List<PathState> states = await SeeAsync(scope, everything, failed, cancellationToken);
        StopIfDetached(states, failed);
        SyncPlan plan = Planner.Plan(states, n => mirror.Keys.Aside(mirror.Operations.Next("aside") + n));
        counter.Expect(plan.Actions);
        var left = new ConcurrentDictionary<TreePath, int>(plan.Actions.CountBy(action => action.Path));
        var told = new ConcurrentDictionary<TreePath, Exception>();
        IReadOnlyList<ActionResult> results = await ExecuteAsync(plan, everything ? executor : urgent, counter, Ran, cancellationToken);

        var again = new HashSet<TreePath>();
        var dirty = new HashSet<TreePath>();
        for (int i = 0; i < results.Count; i++)
        {
            if (results[i].Error is { } error)
            {
                failed.TryAdd(plan.Actions[i].Path, error);
            }
            else if (results[i].Outcome == ActionOutcome.LookAgain)
            {
                again.Add(plan.Actions[i].Path);
            }
            else if (results[i].Outcome == ActionOutcome.StaysDirty)
            {
                dirty.Add(plan.Actions[i].Path);
            }
        }

        HashSet<ulong?> openInodes = Settle(states, [.. failed.Keys, .. again, .. dirty], at, everything);
        foreach (TreePath path in again.Union(dirty))
        {
            mirror.Journal.NotDone(path, at);
        }

        foreach ((TreePath path, Exception error) in failed.Where(path => told.GetValueOrDefault(path.Key) != path.Value))
        {
            Fail(path, error, at);
        }

        if (everything && failed.Count == 0)
        {
            mirror.Journal.ForgetWritten(at, openInodes);
        }

        return new Round(again.Count, dirty.Count, failed.Values.FirstOrDefault(), failed.Values.Any(IsTransient));

        // A pass may take hours: what it has stored, and what failed, shows at once, and a deadline does not take it back.
        void Ran(SyncAction action, ActionResult result)
        {
            if (result.Error is null && result.Outcome == ActionOutcome.Done)
            {
                if (left.AddOrUpdate(action.Path, 0, (_, count) => count - 1) == 0)
                {
                    Heal(action.Path);
                    mirror.Journal.Done(action.Path, action.Local.Entry is { Links: 1 } only ? only.Identity.Inode : null, at, withTree: false);
                }
            }
            else if (result.Error is { } error and not OperationCanceledException && told.TryAdd(action.Path, error))
            {
                Fail(action.Path, error, at);
            }
        }
    }

    /// <summary>Takes off the journal what has been dealt with.</summary>
    /// <param name="open">The paths that have not.</param>
    /// <returns>Their inodes: the bytes of one are dealt with when all its names are.</returns>
    private HashSet<ulong?> Settle(List<PathState> states, HashSet<TreePath> open, long at, bool everything)
    {
        ILookup<bool, PathState> isOpen = states.ToLookup(state => open.Contains(state.Path));
        HashSet<ulong?> openInodes = [.. isOpen[true].Select(state => state.Local.Entry?.Identity.Inode)];
        HashSet<FileIdentity?> leaving = [.. isOpen[true].Where(state => state.Local.Entry is null).Select(state => state.Row?.Identity)];
        foreach (PathState state in isOpen[false])
        {
            if (state is { Rules.LocalOnly: true, Local.Entry: { } moved } && leaving.Contains(moved.Identity))
            {
                mirror.Journal.NotDone(state.Path, at); // The deletion of its object must find it.
                continue;
            }

            Heal(state.Path);
            ulong? inode = state.Local.Entry?.Identity.Inode;
            mirror.Journal.Done(state.Path, openInodes.Contains(inode) ? null : inode, at, withTree: everything);
        }

        return openInodes;
    }

    /// <summary>Runs a plan, unless the context is no longer the one that it is for.</summary>
    private async Task<IReadOnlyList<ActionResult>> ExecuteAsync(SyncPlan plan, PlanExecutor by, Counter counter, Action<SyncAction, ActionResult> ran, CancellationToken cancellationToken)
    {
        if (!plan.Actions.Any(action => action.ReachesStore))
        {
            return await by.ExecuteAsync(plan, counter, ran, cancellationToken);
        }

        if (await mirror.Watch.AskAsync(cancellationToken) is { } before)
        {
            return Refused(plan, before);
        }

        var written = new ConcurrentQueue<BaselineRow>();
        IReadOnlyList<ActionResult> results;
        try
        {
            results = await by.ExecuteAsync(plan, counter, Ended, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What this pass has stored counts as stored: whoever ended it is told whether that was for nothing.
            using var brief = new CancellationTokenSource(LastLook);
            _ = await ConfirmAsync(brief.Token);
            throw;
        }

        return await ConfirmAsync(cancellationToken) is FsException after ? Refused(plan, after) : results;

        void Ended(SyncAction action, ActionResult result)
        {
            if (result.Error is null && action.ReachesStore && mirror.Index.Find(action.Path) is { Remote: not null } row)
            {
                written.Enqueue(row);
            }

            ran(action, result);
        }

        Task<Exception?> ConfirmAsync(CancellationToken cancel)
        {
            // What was written on an answer that still counts was there before a clear's last look.
            if (!mirror.Watch.IsFresh)
            {
                foreach (BaselineRow row in written)
                {
                    mirror.Watch.Wrote(row);
                }
            }

            return mirror.Watch.AskAsync(cancel);
        }
    }

    private static ActionResult[] Refused(SyncPlan plan, Exception reason) =>
        [.. plan.Actions.Select(_ => new ActionResult(ActionOutcome.LookAgain, reason))];

    /// <summary>Looks at the paths, and at those that their state makes concern us too.</summary>
    private async Task<List<PathState>> SeeAsync(IReadOnlyCollection<TreePath> scope, bool everything, Dictionary<TreePath, Exception> failed, CancellationToken cancellationToken)
    {
        var states = new List<PathState>(scope.Count);
        var seen = new HashSet<TreePath>();
        var waiting = new Queue<TreePath>(scope);
        ILookup<FileIdentity, TreePath>? noted = null;
        while (waiting.TryDequeue(out TreePath path))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (path.IsRoot || !seen.Add(path))
            {
                continue;
            }

            PathState state;
            try
            {
                state = await scanner.SeeAsync(path);
            }
            catch (Exception error) when (error is FsException or IOException)
            {
                failed.Add(path, error);
                continue;
            }

            states.Add(state);
            if (state.Local.Entry is null)
            {
                waiting.Enqueue(path.Parent); // It may be empty now, and need its marker.
                if (state.Row is { Kind: EntryKind.File, State: not BaselineState.Released } lost)
                {
                    // A change that came by this name is one of the others too.
                    foreach (BaselineRow row in mirror.Index.FindByInode(lost.Identity.Inode).Where(row => row.Identity == lost.Identity))
                    {
                        waiting.Enqueue(row.Path);
                    }
                }

                if (!everything && state.Row is { Kind: not EntryKind.Folder } gone)
                {
                    // Moved out of the scope: the new name goes first.
                    noted ??= NotedInodes();
                    foreach (TreePath newName in noted[gone.Identity])
                    {
                        waiting.Enqueue(newName);
                    }
                }
            }

            if (state.Row is { Kind: EntryKind.Folder } && state.Local.Entry is not { Kind: EntryKind.Folder })
            {
                foreach (BaselineRow row in mirror.Index.Under(path))
                {
                    waiting.Enqueue(row.Path);
                }
            }

            if (state.Local.Entry is { Kind: EntryKind.File, Links: > 1 } entry && (state.Local.Change != LocalChange.Same || state.Rules.LocalOnly))
            {
                foreach (BaselineRow row in mirror.Index.FindByInode(entry.Identity.Inode))
                {
                    waiting.Enqueue(row.Path);
                }
            }
        }

        HoldOldNames(states, failed);
        return states;
    }

    /// <summary>Looked at after the names, so that none of them is missing because the mirror went.</summary>
    private void StopIfDetached(List<PathState> states, Dictionary<TreePath, Exception> failed)
    {
        try
        {
            DetachedMirror.Refuse(mirror.Files);
        }
        catch (FsException error)
        {
            states.ForEach(state => failed[state.Path] = error);
            states.Clear();
        }
    }

    /// <summary>The old name of an inode whose new name cannot be stored stays in the store.</summary>
    private void HoldOldNames(List<PathState> states, Dictionary<TreePath, Exception> failed)
    {
        foreach ((TreePath path, Exception error) in failed.ToList())
        {
            if (error is not FsException { Error: FsError.Lost } && mirror.Files.TryStat(path) is { } entry)
            {
                foreach (PathState held in states.Where(state => state.Local.Entry is null && state.Row?.Identity == entry.Identity).ToList())
                {
                    _ = states.Remove(held);
                    failed[held.Path] = error;
                }
            }
        }
    }

    private ILookup<FileIdentity, TreePath> NotedInodes() => mirror.Journal.Read(out _)
        .SelectMany(name => name.Value.WithTree ? scanner.Expand(name.Key) : [name.Key])
        .Select(path => (Path: path, Entry: mirror.Files.TryStat(path)))
        .Where(noted => noted.Entry is not null)
        .ToLookup(noted => noted.Entry!.Value.Identity, noted => noted.Path);

    private void Fail(TreePath path, Exception error, long at)
    {
        failures[path] = error.Message;
        lastError = $"{path}: {error.Message}";
        Log.ActionFailed(mirror.Logger, path.ToString(), error.Message);
        mirror.Journal.HeldBack([path], at);
    }

    private int Acknowledged() => failures.Keys.Except(mirror.Journal.Read(out _).Keys).Count();

    private void Heal(TreePath path)
    {
        if (failures.TryRemove(path, out _) && failures.IsEmpty)
        {
            Healed?.Invoke();
        }
    }

    private List<PendingChange> Pending(long until)
    {
        var pending = new List<PendingChange>();
        foreach ((TreePath path, JournalEntry entry) in mirror.Journal.Read(out _).Where(name => mirror.Rules.Shows(name.Key)))
        {
            string? failure = failures.GetValueOrDefault(path);
            if (entry.At <= until || failure is not null)
            {
                long bytes = mirror.Files.TryStat(path) is { Kind: EntryKind.File } file && !mirror.Placeholders.TryGet(file.Identity.Inode, out _) ? file.Size : 0;
                pending.Add(new PendingChange(path, bytes, failure));
            }
        }

        return pending;
    }

    private static void ThrowIfFailed(Round round)
    {
        if (round.Error is { } error)
        {
            throw error as FsException ?? new FsException(IsTransient(error) ? FsError.StoreUnavailable : FsError.StoreRefused, error.Message, error);
        }
    }

    private static bool IsTransient(Exception error) => error switch
    {
        StoreException store => store.IsTransient || store.Kind is StoreErrorKind.BadCredentials or StoreErrorKind.NoSuchBucket,
        FsException fs => fs.Error is FsError.StoreUnavailable, // Not NoSpace: on a full disk somebody must make room, and waits for us to say so.
        _ => false,
    };

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

/// <summary>What a pass over some paths left.</summary>
/// <param name="Again">Paths that must be looked at again before anything is sure.</param>
/// <param name="Dirty">Paths that are in the store as they were when the pass began, and have changed since.</param>
/// <param name="Error">Of the first path that failed.</param>
/// <param name="Transient">Whether a later try may succeed.</param>
internal readonly record struct Round(int Again, int Dirty, Exception? Error, bool Transient);
