using System.Globalization;
using System.Security.Cryptography;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using Microsoft.Extensions.Logging;
using Log = AgentBay.Fs.Sync.Log;

namespace AgentBay.Fs;

/// <summary>One context with its mirror, open on this machine: what a host adapter mounts and what control commands act on.</summary>
public sealed class MountSession : Control.ISyncSession, IAsyncDisposable
{
    internal const string ContextIdName = "context_id", EpochName = "epoch";

    private const string Clean = "clean", MirrorId = "mirror_id", Session = "session";

    private readonly StateFolder folder;
    private readonly OpenMirror mirror;
    private readonly SyncEngine engine;
    private readonly FolderFiller filler;
    private readonly Hydrator hydrator;
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
        Host = new MirrorHost(mirror, folder.TreeDirectory, filler, hydrator, engine);
    }

    public ContextRecord Context { get; }

    public IMirrorHost Host { get; }

    public SyncStatus Status => engine.Status;

    private LocalScanner Scanner { get; }

    /// <summary>Opens the mirror and brings it to a known state: after an unclean end it is compared with the baseline.</summary>
    /// <param name="folder">Locked by the caller; disposed with the session. <see cref="OldMirror.PutAsideAsync"/> goes before.</param>
    /// <exception cref="FsException">The mirror's disk or the store cannot be used; the message says what to do.</exception>
    public static async Task<MountSession> OpenAsync(
        StateFolder folder, IMirrorFiles files, IObjectStore store, ContextRecord context, MountSessionOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ILogger logger = loggers.CreateLogger("AgentBay.Fs");
        BaselineIndex index = OpenIndex(folder, logger);
        try
        {
            if (!SafetyGate.IsSameContext(index.GetMeta(ContextIdName), index.GetMeta(EpochName), context.Id, context.Epoch))
            {
                throw new FsException(FsError.Stale, $"The mirror {folder.Path} belongs to context '{context.Name}' as it was before it was cleared or made anew, and was not put aside.");
            }

            string mirrorId = index.GetMeta(MirrorId) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
            long number = long.Parse(index.GetMeta(Session) ?? "0", CultureInfo.InvariantCulture) + 1;
            index.SetMeta(ContextIdName, context.Id);
            index.SetMeta(EpochName, context.Epoch);
            index.SetMeta(MirrorId, mirrorId);
            bool clean = index.GetMeta(Clean) == "1";
            index.SetMeta(Clean, "0");
            index.SetMetaDurably(Session, number.ToString(CultureInfo.InvariantCulture));

            var session = new MountSession(folder, context, new OpenMirror
            {
                Files = files,
                Index = index,
                Store = store,
                Keys = new ContextKeys(context.Prefix),
                Operations = new OperationIds(mirrorId, number),
                Options = options,
                Logger = logger,
                Watch = new ContextWatch(new ContextGuard(new ContextCatalog(store, options.Time), context, options.Time), store, index, folder.TreeDirectory),
            }, new CancellationTokenSource());
            await Task.Run(() => session.Recover(clean), cancellationToken);
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
        await new WriteBackLoop(mirror, engine).RunAsync(either.Token);
    }

    /// <summary>Uploads until nothing is pending, or only what fails for good, or <paramref name="cancellationToken"/> (a deadline) ends it: then the report says what remains.</summary>
    public Task<FlushReport> FlushAsync(IProgress<FlushProgress>? progress, CancellationToken cancellationToken) => engine.FlushAsync(progress, cancellationToken);

    /// <summary>For tests: one pass of the background write-back.</summary>
    internal Task FlushInBackgroundAsync() => engine.FullRoundAsync(includeOpenFiles: false, new Counter(null), CancellationToken.None);

    /// <summary>Makes the folders look into the store again: what others changed since appears.</summary>
    public Task DownloadAsync(CancellationToken cancellationToken) => filler.RefreshAsync(cancellationToken);

    /// <summary>Ends background work and closes the mirror, marked clean when nothing is pending. Uploads nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndWorkAsync();
        if (engine.IsQuiet)
        {
            mirror.Index.SetMetaDurably(Clean, "1");
        }

        await CloseAsync();
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

    private void Recover(bool clean)
    {
        if (clean)
        {
            MirrorRecovery.LoadPlaceholders(mirror);
        }
        else if (MirrorRecovery.CompareAll(mirror, Scanner) is > 0 and int count)
        {
            Log.Recovered(mirror.Logger, count);
        }
    }

    private static BaselineIndex OpenIndex(StateFolder folder, ILogger logger)
    {
        try
        {
            return BaselineIndex.Open(folder.IndexFile);
        }
        catch (IndexCorruptException error)
        {
            string aside = $"{folder.IndexFile}.corrupt-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
            foreach (string suffix in new[] { "", "-wal", "-shm" })
            {
                if (File.Exists(folder.IndexFile + suffix))
                {
                    File.Move(folder.IndexFile + suffix, aside + suffix);
                }
            }

            Log.IndexSetAside(logger, error.Message, aside);
            return BaselineIndex.Open(folder.IndexFile);
        }
    }
}
