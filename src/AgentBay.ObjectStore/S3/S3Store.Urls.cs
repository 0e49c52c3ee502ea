using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    /// <summary>Signed here; with temporary credentials it ends with them at the latest.</summary>
    public async Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        PresignedLifetime.Check(lifetime, Properties, key);
        await RenewEndedKeysAsync(key, cancellationToken).ConfigureAwait(false);
        DateTimeOffset expires = DateTimeOffset.UtcNow + lifetime;
        var call = new GetPreSignedUrlRequest
        {
            BucketName = where.Bucket,
            Key = FullKey(key),
            Verb = use == PresignedUse.Put ? HttpVerb.PUT : HttpVerb.GET,
            Expires = expires.UtcDateTime,
            Protocol = where.IsHttps ? Protocol.HTTPS : Protocol.HTTP,
        };
        string url = await CallAsync("sign a URL for", key, c => c.GetPreSignedURLAsync(call), cancellationToken).ConfigureAwait(false);

        // As it was signed: else "a/../b" and the like would become another key.
        return new PresignedUrl(new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), expires);
    }

    /// <summary>What is signed with keys that have ended fails only at whoever gets the URL: so the store is asked, whose refusal renews them.</summary>
    private async Task RenewEndedKeysAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            // A HEAD's refusal would not say whether the keys are the reason.
            _ = await ListAsync(new ListRequest(key) { MaxKeys = 1 }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.AccessDenied)
        {
            // Good keys that may not list.
        }
    }

    public Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken) => Task.FromResult<IUrlEndpoint?>(null);
}
