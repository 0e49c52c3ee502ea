using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace AgentBay.ObjectStore.S3;

/// <summary>Makes the SDK's client with the settings that every server of our dialects understands.</summary>
internal static class S3Client
{
    internal static S3WireClient Create(S3Location where, HttpMessageHandler? handler, AWSCredentials credentials)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = where.Region,
            ForcePathStyle = where.PathStyle,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 0,                       // RetryingStore retries.
            Timeout = Timeout.InfiniteTimeSpan,      // RetryingStore has the deadlines.
            DisableLogging = true,
            IgnoreConfiguredEndpointUrls = true,     // The URL says it all.
            HttpClientFactory = new Factory(new AskFirstHandler(handler ?? NewHandler())),
        };
        if (where.Endpoint != null)
        {
            config.ServiceURL = where.Endpoint.GetLeftPart(UriPartial.Authority);
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(where.Region);
        }

        return new S3WireClient(credentials, config);
    }

    // Shorter than the five seconds that .NET gives a connection whose request no longer waits for it: else it takes the lock that Directory.Build.props
    // tells of, also in programs that are not ours.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(4);

    // The proxy is that of HTTPS_PROXY, HTTP_PROXY and NO_PROXY (or in lower case), which .NET looks at.
    private static SocketsHttpHandler NewHandler() => new()
    {
        SslOptions = CertificateAuthority.Options(),
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        UseCookies = false,
    };

    private sealed class Factory(HttpMessageHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
