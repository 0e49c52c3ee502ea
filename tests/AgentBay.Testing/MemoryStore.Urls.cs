using System.Security.Cryptography;
using AgentBay.ObjectStore;
using AgentBay.ObjectStore.Urls;

namespace AgentBay.Testing;

public sealed partial class MemoryStore
{
    private readonly UrlSigner signer = new(RandomNumberGenerator.GetBytes(UrlSigner.SecretSize));
    private Uri? servedAt;

    public Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken) => Run(() =>
    {
        CheckKey(key);
        PresignedLifetime.Check(lifetime, Properties, key);
        return servedAt == null
            ? throw Fail(StoreErrorKind.NoUrlEndpoint, key, "nobody serves this store's URLs")
            : signer.Sign(servedAt, key, use, time.GetUtcNow() + lifetime);
    }, cancellationToken);

    public Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken) => Run<IUrlEndpoint?>(() =>
    {
        var endpoint = UrlEndpoint.Start(this, signer, serving.GuardOf, time, () => servedAt = null);
        servedAt = endpoint.Url;
        return endpoint;
    }, cancellationToken);
}
