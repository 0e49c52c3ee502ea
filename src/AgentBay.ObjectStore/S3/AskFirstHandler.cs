namespace AgentBay.ObjectStore.S3;

/// <summary>The SDK asks (Expect: 100-continue) before each PUT. That saves sending a large body in vain, and costs a small one a round trip.</summary>
internal sealed class AskFirstHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const long LargeBody = 1 << 20;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content?.Headers.ContentLength < LargeBody)
        {
            request.Headers.ExpectContinue = false;
        }

        return base.SendAsync(request, cancellationToken);
    }
}
