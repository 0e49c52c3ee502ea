using System.Globalization;
using System.Security.Cryptography;
using AgentBay.Fs.Checking;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using Microsoft.Extensions.Logging;
using Log = AgentBay.Fs.Sync.Log;

namespace AgentBay.Fs;

/// <summary>One context with its mirror, open on this machine: what a host adapter mounts and what control commands act on.</summary>
public sealed class MountSession : Control.ISyncSession, IAsyncDisposable
{
    private readonly StateFolder folder;
    private readonly OpenMirror mirror;
    private readonly SyncEngine engine;
    private readonly FolderFiller filler;
    private readonly Hydrator hydrator;
    private readonly PathInspector inspector;
    private readonly CancellationTokenSource ending;

    private MountSession(StateFolder folder, ContextRecord context, OpenMirror mirror, CancellationTokenSource ending)
    {
        this.folder = folder;
        this.mirror = mirror;
        this.ending = ending;
        Context = context;
        var scanner = new LocalScanner(mirror);
        var placer = new TreePlacer(mirror);
        Scanner = scanner;
        filler = new FolderFiller(mirror, placer, scanner, ending.Token);
        engine = new SyncEngine(mirror, scanner, new ActionRunner(mirror, placer));
        hydrator = new Hydrator(mirror, ending.Token);
        inspector = new PathInspector(mirror, engine);
        Host = new MirrorHost(mirror, folder.TreeDirectory, filler, hydrator, engine, inspector);
    }

    public ContextRecord Context { get; }

    public IMirrorHost Host { get; }

    public SyncStatus Status => engine.Status;

    public bool UploadsByItself => mirror.Rules.Uploads;

    public bool DownloadsByItself => mirror.Rules.Downloads;

    public RootLook? RootLook => filler.RootLook;

    public event Action<DateTimeOffset, Exception?>? WroteBack;

    public string? LastError => engine.LastError;

    private LocalScanner Scanner { get; }

    /// <summary>Opens the mirror and brings it to a known state: after an unclean end it is compared with the baseline.</summary>
    /// <param name="folder">Locked by the caller; disposed with the session. <see cref="OldMirror.PutAsideAsync"/> goes before.</param>
    /// <exception cref="FsException">The mirror's disk or the store cannot be used; the message says what to do.</exception>
    public static async Task<MountSession> OpenAsync(
        StateFolder folder, IMirrorFiles files, IObjectStore store, ContextRecord context, MountSessionOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ILogger logger = loggers.CreateLogger("AgentBay.Fs");
        BaselineIndex index = IndexFile.OpenOrSetAside(folder.IndexFile, options.Time, logger);
        try
        {
            MirrorIdentity.Of(index).RequireOf(context, options.StoreId, store.Properties.Url, folder.Path);
            string mirrorId = index.GetMeta(IndexMeta.MirrorId) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
            long number = long.Parse(index.GetMeta(IndexMeta.Session) ?? "0", CultureInfo.InvariantCulture) + 1;
            index.SetMeta(IndexMeta.ContextId, context.Id);
            index.SetMeta(IndexMeta.Epoch, context.Epoch);
            index.SetMeta(IndexMeta.MirrorId, mirrorId);
            if (options.StoreId is { Length: > 0 } storeId)
            {
                index.SetMeta(IndexMeta.StoreId, storeId);
            }

            MirrorEnd end = MirrorRecovery.EndOf(index, options.BootId);
            index.SetMeta(IndexMeta.Clean, "0");
            if (end != MirrorEnd.PowerLost && options.BootId is { } boot)
            {
                index.SetMeta(IndexMeta.Boot, boot);
            }

            index.SetMetaDurably(IndexMeta.Session, number.ToString(CultureInfo.InvariantCulture));

            var operations = new OperationIds(mirrorId, number) { TrustsEarlierSessions = end != MirrorEnd.PowerLost };
            var session = new MountSession(folder, context, OpenMirror.Of(files, index, store, context, operations, ByPolicy(options), logger, folder.TreeDirectory), new CancellationTokenSource());
            await Task.Run(() => session.RecoverAsync(end, cancellationToken), cancellationToken);
            index.Keep(folder.Reserve);
            return session;
        }
        catch
        {
            await index.DisposeAsync();
            throw;
        }
    }

    /// <summary>Background write-back and housekeeping until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ending.Token);
        Task look = LookAsync(either.Token);
        Task prefetch = mirror.Options.Prefetch && mirror.Rules.Downloads ? NewPrefetcher().RunAsync(either.Token) : Task.CompletedTask;
        Task expiry = mirror.Rules.Downloads ? new ExpiryWatch(mirror, filler).RunAsync(either.Token) : Task.CompletedTask;
        try
        {
            await new WriteBackLoop(mirror, engine, (began, error) => WroteBack?.Invoke(began, error)).RunAsync(either.Token);
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(look, prefetch, expiry);
        }
    }

    /// <summary>Nobody may list the mount for long, and <see cref="RootLook"/> is to say whether the store can be.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (mirror.Files.TryStat(TreePath.Root) is { } root)
        {
            // How it ends RootLook says.
            await filler.FillAsync(TreePath.Root, root.Identity.Inode, cancellationToken).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>For tests: fetches everything ahead, now.</summary>
    internal Task<bool> PrefetchAsync() => NewPrefetcher().TryFetchAllAsync(CancellationToken.None);

    /// <summary>Uploads until nothing is pending, or only what fails for good, or <paramref name="cancellationToken"/> (a deadline) ends it: then the report says what remains.</summary>
    public Task<FlushReport> FlushAsync(IProgress<FlushProgress>? progress, CancellationToken cancellationToken) => engine.FlushAsync(progress, cancellationToken);

    /// <summary>What a flush would upload; uploads nothing.</summary>
    public Task<FlushReport> SurveyAsync(CancellationToken cancellationToken) => engine.SurveyAsync(cancellationToken);

    /// <summary>How one path stands with the store; null when there is no such path.</summary>
    public PathStatus? Look(TreePath path) => inspector.Look(path);

    /// <summary>Whether a path, there or not, is synced, and what decides it.</summary>
    public (bool IsSynced, IReadOnlyList<string> Rules) Explain(TreePath path) => (mirror.Rules.Filter.IsSynced(path), mirror.Rules.Explain(path));

    /// <summary>The versions of both sides that were kept, in the whole context.</summary>
    /// <exception cref="StoreException">The store cannot be listed.</exception>
    public Task<IReadOnlyList<ConflictCopy>> FindConflictsAsync(CancellationToken cancellationToken) => new ConflictFinder(mirror, filler).FindAsync(cancellationToken);

    /// <summary>A failure that somebody knows of holds nothing up: until the path changes again, or the next mount, it is not tried.</summary>
    /// <returns>False: the path has not failed.</returns>
    public bool Acknowledge(TreePath path) => engine.Acknowledge(path);

    /// <summary>For tests: one pass of the background write-back.</summary>
    internal Task FlushInBackgroundAsync() => engine.FullRoundAsync(includeOpenFiles: false, new Counter(null), CancellationToken.None);

    /// <summary>For tests: one look at the files that stay open.</summary>
    internal Task FlushOpenFilesAsync() => engine.FlushOpenFilesAsync(CancellationToken.None);

    /// <inheritdoc/>
    public Task ConfirmContextAsync(CancellationToken cancellationToken) => engine.ConfirmContextAsync(cancellationToken);

    /// <summary>Makes the folders look into the store again: what others changed since appears.</summary>
    public Task DownloadAsync(CancellationToken cancellationToken) => filler.RefreshAsync(cancellationToken);

    /// <summary>Ends background work and closes the mirror, marked clean when nothing is pending. Uploads nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndWorkAsync();
        try
        {
            if (engine.IsQuiet)
            {
                MarkClean();
            }
        }
        catch (IOException error)
        {
            Log.NotMarkedClean(mirror.Logger, error.Message); // The next mount compares everything.
        }
        finally
        {
            await CloseAsync();
        }
    }

    /// <summary>For tests: ends as kill -9 would, with nothing said and nothing written any more.</summary>
    internal async Task KillAsync()
    {
        mirror.Index.Abandon();
        await EndWorkAsync();
        await CloseAsync();
    }

    /// <summary>For tests: nothing is written to the index any more, from the middle of an action.</summary>
    internal void KillIndex() => mirror.Index.Abandon();

    private Prefetcher NewPrefetcher() => new(mirror, filler, hydrator);

    private async Task EndWorkAsync()
    {
        await ending.CancelAsync();
        await hydrator.StopAsync();
        await filler.StopAsync();
    }

    private async Task CloseAsync()
    {
        await mirror.Index.DisposeAsync();
        mirror.Files.Dispose();
        mirror.Gate.Dispose();
        ending.Dispose();
        folder.Dispose();
    }

    private static MountSessionOptions ByPolicy(MountSessionOptions options) =>
        options.Policy.UploadPolicy.AutoUpload ? options : options with { WriteBack = null, FsyncReachesStore = false, SyncOnClose = false };

    /// <summary>INVARIANT: a mirror that is marked clean is on the disk as the index says, whatever becomes of the machine.</summary>
    private void MarkClean()
    {
        if (mirror.Options.SyncsDiskAtEnd)
        {
            mirror.Files.SyncAll();
        }

        if (mirror.Options.BootId is { } boot)
        {
            mirror.Index.SetMeta(IndexMeta.Boot, boot);
        }

        mirror.Index.SetMetaDurably(IndexMeta.Clean, "1");
    }

    private async Task RecoverAsync(MirrorEnd end, CancellationToken cancellationToken)
    {
        SyncPolicy before = KeptPolicy.Of(mirror.Index);
        string tree = MirrorRecovery.NameOfTree(mirror);
        bool sameTree = SafetyGate.IsSameTree(mirror.Index.GetMeta(IndexMeta.Tree), tree);
        bool sameRules = mirror.Rules.JudgesAs(before);
        if (!sameRules)
        {
            await MirrorRecovery.ReleaseWhatWasNotJudgedAsync(mirror, new SyncRules(before));
        }

        if (end == MirrorEnd.Clean && sameRules && sameTree)
        {
            MirrorRecovery.LoadPlaceholders(mirror);
        }
        else
        {
            await CompareAsync(end, sameTree, cancellationToken);
        }

        mirror.Index.SetMeta(IndexMeta.Tree, tree);
        mirror.Index.SetMeta(IndexMeta.Policy, mirror.Options.Policy.ToJson());
    }

    private async Task CompareAsync(MirrorEnd end, bool sameTree, CancellationToken cancellationToken)
    {
        await MirrorRecovery.ForgetWhatWasTakenAwayAsync(mirror, end, sameTree);
        if (end == MirrorEnd.PowerLost)
        {
            await PowerLossRecovery.RunAsync(mirror, Scanner, cancellationToken);
        }

        if (MirrorRecovery.CompareAll(mirror, Scanner) is > 0 and int count)
        {
            Log.Recovered(mirror.Logger, count);
        }

        if (!mirror.Operations.IsFirstSession)
        {
            await AsideCopies.ClearAsync(mirror, cancellationToken);
        }
    }
}
