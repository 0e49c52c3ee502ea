using AgentBay.ObjectStore.S3;
using AgentBay.ObjectStore.Tests.S3;
using AgentBay.Testing;
using AgentBay.Testing.Http;
using Amazon.Runtime;

namespace AgentBay.ObjectStore.Tests.Oss;

/// <summary>A bucket of the real server behind a stand-in that is as strict as OSS.</summary>
public sealed class OssStoreFixture : IAsyncLifetime
{
    private const string Domain = "s3.localhost";

    private readonly S3StoreFixture server = new();
    private HttpRelay? relay;

    /// <summary>The same objects by S3's dialect, past the stand-in.</summary>
    internal S3Store NewServerStore() => server.NewStore();

    public Func<RelayRequest, CancellationToken, Task>? BeforeRequest { get; set; }

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        if (!server.IsUnavailable)
        {
            var oss = new OssStandIn(Domain);
            relay = new HttpRelay(new Uri(server.Bucket.Server.Endpoint), async (request, forward, cancel) =>
            {
                if (BeforeRequest is { } before)
                {
                    await before(request, cancel);
                }

                return await oss.HandleAsync(request, forward, cancel);
            });
        }
    }

    public HttpMessageHandler NewHandler() => relay?.NewHandler() ?? throw Xunit.Sdk.SkipException.ForSkip("The S3 server behind the stand-in did not start.");

    internal S3Store NewStore()
    {
        string url = $"oss://{server.Bucket.Name}/{S3StoreFixture.Prefix}?endpoint=http://{Domain}:{relay!.Port}&region=us-east-1";
        return new S3Store(((StoreLocation.Remote)StoreLocation.Parse(url)).Where, NewHandler(), () => new BasicAWSCredentials(S3Server.AccessKey, S3Server.SecretKey));
    }

    public async ValueTask DisposeAsync()
    {
        if (relay != null)
        {
            await relay.DisposeAsync();
        }

        await server.DisposeAsync();
    }
}
