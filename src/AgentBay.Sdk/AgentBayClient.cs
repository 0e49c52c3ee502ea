using AgentBay.Fs.Contexts;
using AgentBay.ObjectStore;
using AgentBay.Sdk.Mounting;

namespace AgentBay.Sdk;

/// <summary>
/// Contexts of a store, and sessions in which they are folders of this machine. Operations do not throw for what a service would answer
/// (not found, name taken, store unreachable): their results say it. They throw for arguments that are wrong in themselves.
/// </summary>
public sealed class AgentBayClient : IAsyncDisposable
{
    private readonly IObjectStore store;
    private readonly ServiceCalls calls;
    private readonly SessionMounts mounts;

    /// <exception cref="ArgumentException">The store's URL is none; the message says what it should be.</exception>
    /// <exception cref="StoreException">The folder of a store on this disk cannot be made or used.</exception>
    /// <exception cref="Fs.FsException">There is no home folder to keep mirrors in, and no other was named.</exception>
    public AgentBayClient(AgentBayOptions? options = null)
    {
        options ??= new AgentBayOptions();
        string url = ResolveUrl(options.StoreUrl);
        store = StoreUrl.Open(url, new StoreOpenOptions { Time = options.Time, Logger = options.Logger });
        calls = new ServiceCalls(options.Logger);
        mounts = new SessionMounts(url, store.Properties.Url, options.EffectiveCacheDirectory, new MountProgram(options.MountProgram));
        Context = new ContextService(store, new ContextCatalog(store, options.Time), calls, options.Logger, options.Time);
    }

    /// <summary>The contexts and their files.</summary>
    public ContextService Context { get; }

    /// <summary>Mounts contexts as folders. When this returns, programs can work in all of them; when one cannot be mounted, none is.</summary>
    public Task<SessionResult> CreateAsync(CreateSessionParams? parameters = null, CancellationToken cancellationToken = default) => calls.RunAsync(
        "CreateSession",
        async () => new SessionResult { Session = await CreateSessionAsync(parameters ?? new CreateSessionParams(), cancellationToken) });

    /// <summary>Ends a session: its folders are unmounted when this returns.</summary>
    /// <param name="syncContext">
    /// Returns when everything is in the store, whatever the policies say. Otherwise the mounts' own processes bring the rest to the store,
    /// without a time limit and also when this process ends; the next session of such a context waits for that. What a policy does not
    /// upload by itself stays on this machine for the next session here.
    /// </param>
    /// <returns>Fails where programs still work in a folder (the session goes on and can be deleted again), or where something is not in the store.</returns>
    public Task<DeleteResult> DeleteAsync(Session session, bool syncContext = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return calls.RunAsync("DeleteSession", async () =>
        {
            await session.Mounts.UnmountAsync(syncContext, cancellationToken);
            return new DeleteResult();
        });
    }

    /// <summary>Waits for clears that this client began. Sessions go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await Context.CloseAsync();
        await store.DisposeAsync();
    }

    private static string ResolveUrl(string? given)
    {
        try
        {
            return StoreUrl.Resolve(given);
        }
        catch (FormatException error)
        {
            throw new ArgumentException(given is null ? error.Message : $"{nameof(AgentBayOptions.StoreUrl)}: {error.Message}", error);
        }
    }

    private async Task<Session> CreateSessionAsync(CreateSessionParams parameters, CancellationToken cancellationToken) =>
        new(this, parameters, await mounts.MountAllAsync(parameters.ContextSyncs, cancellationToken), calls);
}
