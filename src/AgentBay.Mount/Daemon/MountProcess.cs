using System.Reflection;
using AgentBay.Fs;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;
using AgentBay.Mount.CommandLine;
using AgentBay.Mount.Logging;
using AgentBay.Mount.Mounts;
using AgentBay.ObjectStore;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Daemon;

/// <summary>The process of one mount: puts store, context, mirror, session and host together and runs them to their end.</summary>
/// <param name="report">Told <see cref="StartReport.Waiting"/> and, once, <see cref="StartReport.Ready"/>.</param>
/// <param name="toConsole">Logs go to standard error instead of a file, unless a file is named.</param>
internal sealed class MountProcess(MountRequest request, IHostAdapter adapter, Action<StartReport> report, bool toConsole)
{
    /// <summary>For tests: a time in the place of <see cref="MountSessionOptions.OpenFilesInterval"/>.</summary>
    private const string OpenFilesVariable = "AGENTBAY_OPEN_FILES_INTERVAL";

    private readonly MountRequest request = request;
    private readonly IHostAdapter adapter = adapter;
    private readonly Action<StartReport> report = report;
    private readonly bool toConsole = toConsole;

    internal static string Version { get; } =
        typeof(MountProcess).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <returns>The exit code.</returns>
    /// <exception cref="Exception">There was no mount, or a part of it broke.</exception>
    internal async Task<int> RunAsync()
    {
        using var signals = new EndSignals();
        adapter.CheckAvailable();
        string mountPoint = MountDirectory.Prepare(request.Path, adapter);
        await using IObjectStore store = StoreUrl.Open(StoreSession.ResolveUrl(request.Store), StoreOpenOptions.Default);
        MountDirectory.CheckApart(mountPoint, request.EffectiveCacheDirectory, store.Properties.Url);
        ContextRecord context = await FindContextAsync(store, signals.Starting);
        using StateFolder folder = await MirrorLock.TakeAsync(request.EffectiveCacheDirectory, store.Properties.Url, context, report, signals.Starting);

        // Waiting for the lock may have taken long: the context may have been cleared meanwhile.
        context = await CheckUsableAsync(store, context, signals.Starting);
        await RecycleAsync(store, context, signals.Starting);
        return await ServeAsync(store, context, folder, mountPoint, signals);
    }

    private async Task<ContextRecord> FindContextAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var catalog = new ContextCatalog(store, TimeProvider.System);
        ContextRecord? found = await catalog.FindAsync(request.Context, cancellationToken);
        if (found is not null && request.Policy.RecyclePolicy is { } recycle)
        {
            await new ContextRecycling(store).CheckAsync(found, recycle, cancellationToken);
        }

        ContextRecord context = found
            ?? (request.Create && !request.Context.StartsWith(ContextId.Prefix, StringComparison.Ordinal)
                ? await CreateAsync(store, catalog, cancellationToken)
                : throw CommandException.Failed($"There is no context '{request.Context}' in {store.Properties.Url} (agentbay-mount context list shows those that are there)."));
        ContextCatalog.RefuseBusy(context);
        return context;
    }

    /// <summary>
    /// Not where the only copy of something is in a mirror of this name, made of another store at the same URL: then a disk is not mounted, or the bucket is the
    /// wrong one. Where everything was stored, the store may as well have been made anew.
    /// </summary>
    private async Task<ContextRecord> CreateAsync(IObjectStore store, ContextCatalog catalog, CancellationToken cancellationToken)
    {
        string? storeId = await new StoreIdentity(store, TimeProvider.System).FindAsync(cancellationToken);
        foreach (EarlierMirror mirror in await EarlierMirror.FindAsync(request.EffectiveCacheDirectory, store.Properties.Url, request.Context))
        {
            if (mirror.IsClean)
            {
                report(new StartReport.Note($"There was an earlier context '{request.Context}', and this is a new one. Its mirror is still in {mirror.Path}: remove that folder when you need nothing in it."));
                continue;
            }

            mirror.RequireStore(storeId, store.Properties.Url);
            report(new StartReport.Note($"An earlier context '{request.Context}' was deleted, and this is a new one. Files of the earlier one that may not have been in the store are in {Path.Combine(mirror.Path, "tree")}: take what you need and remove the folder around it."));
        }

        return await catalog.GetOrCreateAsync(request.Context, cancellationToken);
    }

    private async Task<ContextRecord> CheckUsableAsync(IObjectStore store, ContextRecord context, CancellationToken cancellationToken)
    {
        var catalog = new ContextCatalog(store, TimeProvider.System);
        if (!request.ReadOnly)
        {
            return await catalog.TouchAsync(context, cancellationToken);
        }

        ContextRecord now = await catalog.FindAsync(context.Id, cancellationToken) ?? throw CommandException.Failed($"Context '{context.Name}' ({context.Id}) was deleted just now.");
        ContextCatalog.RefuseBusy(now);
        return now;
    }

    private async Task RecycleAsync(IObjectStore store, ContextRecord context, CancellationToken cancellationToken)
    {
        if (request.Policy.RecyclePolicy is not { } recycle)
        {
            return;
        }

        try
        {
            await new ContextRecycling(store).ApplyAsync(context, recycle, cancellationToken);
        }
        catch (StoreException mayNot) when (recycle.Lifecycle == Lifecycle.Forever && mayNot.Kind is StoreErrorKind.AccessDenied or StoreErrorKind.Refused)
        {
            // The SDKs' default policy says forever: it must not need more than a mount does.
            report(new StartReport.Note($"Context '{context.Name}' is to be kept forever, and whether the store has a rule that says otherwise cannot be read: {mayNot.Message}"));
        }
    }

    private async Task<int> ServeAsync(IObjectStore store, ContextRecord context, StateFolder folder, string mountPoint, EndSignals signals)
    {
        MountInfo info = Describe(store, context, folder, mountPoint);
        using ILoggerFactory loggers = Loggers.Create(toConsole && request.LogFile is null ? null : info.LogFile, request.LogLevel);
        ILogger logger = loggers.CreateLogger<MountProcess>();
        Log.Starting(logger, info.Version, info.Pid, info.Context, info.ContextId, info.Store, info.MountPoint);
        try
        {
            FlushReport left = await MountAsync(store, context, folder, info, signals, loggers);
            Log.Ended(logger, left.Remaining.Count);
            return left.IsClean ? ExitCode.Done : ExitCode.Unflushed;
        }
        catch (Exception error)
        {
            Log.Failed(logger, error);
            throw;
        }
    }

    private async Task<FlushReport> MountAsync(IObjectStore store, ContextRecord context, StateFolder folder, MountInfo info, EndSignals signals, ILoggerFactory loggers)
    {
        var options = new MountSessionOptions
        {
            ReadOnly = request.ReadOnly,
            WriteBack = request.WriteBack,
            FsyncReachesStore = request.FsyncReachesStore,
            SyncOnClose = request.SyncOnClose,
            Policy = request.Policy,
            Prefetch = request.Prefetch,
            StoreId = await IdentifyAsync(store, folder, signals.Starting),
        };
        if (Environment.GetEnvironmentVariable(OpenFilesVariable) is { Length: > 0 } often && Duration.TryParse(often) is { } interval)
        {
            options = options with { OpenFilesInterval = interval };
        }

        folder.WriteHolder(new MountHolder(info.Pid, info.MountPoint, info.Store, info.ContextId, info.Context));
        if (await OldMirror.PutAsideAsync(folder, () => adapter.OpenMirror(folder).Files, context, TimeProvider.System) is { } kept)
        {
            Log.OldMirrorKept(loggers.CreateLogger<MountProcess>(), info.Context, kept);
            report(new StartReport.Note($"Context '{info.Context}' was cleared since it was mounted here. Files that were not in the store then are kept in {kept}: take what you need and remove the folder around it."));
        }

        IHostMirror mirror = adapter.OpenMirror(folder);
        await using MountSession session = await MountSession.OpenAsync(folder, mirror.Files, store, context, options, loggers, signals.Starting);
        await using IRunningMount mount = await mirror.MountAsync(session.Host, folder, info.MountPoint, request, loggers);
        using var lifecycle = new MountLifecycle(session, mount, info, loggers.CreateLogger<MountLifecycle>(), TimeProvider.System);
        using ControlListener listener = ControlSocket.Listen(folder.ControlSocket);
        using var serving = new CancellationTokenSource();
        Task server = new ControlServer(lifecycle, loggers.CreateLogger<ControlServer>(), TimeProvider.System).RunAsync(listener.Socket, serving.Token);
        signals.EndWith(lifecycle, loggers.CreateLogger<EndSignals>());
        report(new StartReport.Ready(info));
        try
        {
            return await lifecycle.RunAsync();
        }
        finally
        {
            // The name goes before the lock: the next mount's socket has the same one.
            File.Delete(folder.ControlSocket);
            await serving.CancelAsync();
            await server;
        }
    }

    /// <summary>A store gets its id with the first mirror that is made of it: one that lost its id is not made whole behind an old mirror's back.</summary>
    private async Task<string> IdentifyAsync(IObjectStore store, StateFolder folder, CancellationToken cancellationToken)
    {
        var identity = new StoreIdentity(store, TimeProvider.System);
        return request.ReadOnly || File.Exists(folder.IndexFile) ? await identity.FindAsync(cancellationToken) ?? "" : await identity.FindOrCreateAsync(cancellationToken);
    }

    private MountInfo Describe(IObjectStore store, ContextRecord context, StateFolder folder, string mountPoint) => new()
    {
        Pid = Environment.ProcessId,
        Context = context.Name,
        ContextId = context.Id,
        Store = store.Properties.Url,
        MountPoint = mountPoint,
        StateFolder = folder.Path,
        LogFile = Path.GetFullPath(request.LogFile ?? StateFolder.LogFileIn(folder.Path)),
        ReadOnly = request.ReadOnly,
        StartedAt = TimeProvider.System.GetUtcNow(),
        Version = Version,
    };
}
