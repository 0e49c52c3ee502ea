namespace AgentBay.ObjectStore.S3;

/// <summary>OSS wants Content-MD5 on DeleteObjects, which the SDK does not send. The header is not among the signed ones.</summary>
internal sealed class ContentMd5Handler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Post && request.Content is { Headers.ContentMD5: null } content && request.RequestUri?.Query is "?delete" or "?delete=")
        {
            content.Headers.ContentMD5 = ETags.Hash(await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
