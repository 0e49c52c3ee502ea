using AgentBay.ObjectStore.Urls;

namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    public Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            _ = KeyPlaces.Of(key);
            PresignedLifetime.Check(lifetime, Properties, key);
            var server = urls.FindServer()
                ?? throw new StoreException(StoreErrorKind.NoUrlEndpoint, $"Embedded store {directory}: no process serves its URLs now, so one for {StoreKey.Show(key)} would lead nowhere.");
            return urls.Signer().Sign(server, key, use, time.GetUtcNow() + lifetime);
        }, cancellationToken);

    /// <summary>Does its work through this store, which outlives it.</summary>
    public Task<IUrlEndpoint?> ServeUrlsAsync(CancellationToken cancellationToken) => threads.RunAsync<IUrlEndpoint?>(
        () =>
        {
            IDisposable? published = null;
            var endpoint = UrlEndpoint.Start(this, urls.Signer(), time, () => published?.Dispose());
            try
            {
                published = urls.Publish(endpoint.Url);
                return endpoint;
            }
            catch
            {
                endpoint.DisposeAsync().AsTask().GetAwaiter().GetResult();
                throw;
            }
        }, cancellationToken);
}
