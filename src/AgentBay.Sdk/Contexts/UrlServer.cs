using AgentBay.ObjectStore;

namespace AgentBay.Sdk;

/// <summary>Answers the URLs of a store that has no server of its own, from the first one on. Only its own: those of another process would end with that one.</summary>
internal sealed class UrlServer(IObjectStore store, UrlServing serving) : IAsyncDisposable
{
    private readonly IObjectStore store = store;
    private readonly SemaphoreSlim starting = new(1, 1);
    private IUrlEndpoint? endpoint;

    internal async Task<PresignedUrl> PresignAsync(Func<Task<PresignedUrl>> presign, CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        return await presign();
    }

    public async ValueTask DisposeAsync()
    {
        if (endpoint is not null)
        {
            await endpoint.DisposeAsync();
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            endpoint ??= await store.ServeUrlsAsync(serving, cancellationToken); // None where the store answers them itself.
        }
        finally
        {
            starting.Release();
        }
    }
}
