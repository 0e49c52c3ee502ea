using AgentBay.ObjectStore.Urls;

namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    // Of what this store serves itself, the last that was started.
    private Uri? ownServer;

    public Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            _ = KeyPlaces.Of(key);
            PresignedLifetime.Check(lifetime, Properties, key);
            var server = Volatile.Read(ref ownServer) ?? urls.FindServer()
                ?? throw new StoreException(StoreErrorKind.NoUrlEndpoint, $"Embedded store {directory}: no process serves its URLs to others now, so one for {StoreKey.Show(key)} would lead nowhere.");
            return urls.Signer().Sign(server, key, use, time.GetUtcNow() + lifetime);
        }, cancellationToken);

    /// <summary>Does its work through this store, which outlives it.</summary>
    public Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken) => threads.RunAsync<IUrlEndpoint?>(
        () =>
        {
            IDisposable? published = null;
            Uri? server = null;
            var endpoint = UrlEndpoint.Start(this, urls.Signer(), serving.GuardOf, time, () =>
            {
                published?.Dispose();
                _ = Interlocked.CompareExchange(ref ownServer, null, server);
            });
            try
            {
                published = serving.ForOtherProcesses ? urls.Publish(endpoint.Url) : null;
                server = endpoint.Url;
                Volatile.Write(ref ownServer, server);
                return endpoint;
            }
            catch
            {
                endpoint.DisposeAsync().AsTask().GetAwaiter().GetResult();
                throw;
            }
        }, cancellationToken);
}
