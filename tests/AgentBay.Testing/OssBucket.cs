using AgentBay.ObjectStore;
using AgentBay.ObjectStore.Retrying;
using AgentBay.ObjectStore.S3;
using AgentBay.Testing.Http;
using Amazon.Runtime;

namespace AgentBay.Testing;

/// <summary>A bucket of the test server behind a stand-in that is as strict as OSS.</summary>
public sealed class OssBucket(S3Bucket bucket) : IAsyncDisposable
{
    private const string Domain = "s3.localhost";

    private readonly HttpRelay relay = new(new Uri(bucket.Server.Endpoint), new OssStandIn(Domain).HandleAsync);

    /// <summary>With these a program finds the stand-in, which is its proxy, and may use it.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["http_proxy"] = $"http://127.0.0.1:{relay.Port}",
        ["OSS_ACCESS_KEY_ID"] = S3Server.AccessKey,
        ["OSS_ACCESS_KEY_SECRET"] = S3Server.SecretKey,
    };

    /// <param name="prefix">Without slashes at its ends.</param>
    public string Url(string prefix = "") =>
        $"oss://{bucket.Name}{(prefix.Length == 0 ? "" : "/" + prefix)}?endpoint=http://{Domain}:{relay.Port}&region=us-east-1";

    /// <summary>For this process.</summary>
    public IObjectStore NewStore(string prefix = "") => new RetryingStore(
        new S3Store(((StoreLocation.Remote)StoreLocation.Parse(Url(prefix))).Where, relay.NewHandler(), () => new BasicAWSCredentials(S3Server.AccessKey, S3Server.SecretKey)),
        StoreOpenOptions.Default);

    /// <summary>The bucket stays.</summary>
    public ValueTask DisposeAsync() => relay.DisposeAsync();
}
