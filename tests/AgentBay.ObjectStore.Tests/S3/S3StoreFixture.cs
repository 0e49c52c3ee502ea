using AgentBay.ObjectStore.S3;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>A bucket of its own on the real server, with a prefix, for one test class.</summary>
public sealed class S3StoreFixture : IAsyncLifetime
{
    public const string Prefix = "a prefix/ü";

    private S3Server? server;
    private S3Bucket? bucket;
    private string? unavailable;

    public bool IsUnavailable => bucket == null;

    public S3Bucket Bucket => bucket ?? throw Xunit.Sdk.SkipException.ForSkip(unavailable ?? "The fixture did not start.");

    public async ValueTask InitializeAsync()
    {
        (server, unavailable) = await S3Server.TryStartAsync();
        bucket = server is null ? null : await server.CreateBucketAsync();
    }

    internal S3Store NewStore(string prefix = Prefix) => new(((StoreLocation.Remote)StoreLocation.Parse(Bucket.Url(prefix))).Where);

    public async ValueTask DisposeAsync()
    {
        if (bucket != null)
        {
            await bucket.DisposeAsync();
        }

        if (server != null)
        {
            await server.DisposeAsync();
        }
    }
}
