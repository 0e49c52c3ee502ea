using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

/// <summary>The real server behind a stand-in that is as strict as OSS: create-only by its own header, no other condition on writes, no list of uploads.</summary>
public sealed class OssContextCatalogTests(OssContextCatalogTests.Fixture fixture) : ContextCatalogSuite, IClassFixture<OssContextCatalogTests.Fixture>, IAsyncDisposable
{
    protected override IObjectStore Store { get; } = fixture.NewStore();

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    /// <summary>A bucket for the class; each test has a prefix of its own in it.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private S3Server? server;
        private S3Bucket? bucket;
        private OssBucket? oss;
        private string? unavailable;
        private int tests;

        public async ValueTask InitializeAsync()
        {
            try
            {
                server = await S3Server.StartAsync();
                bucket = await server.CreateBucketAsync();
                oss = new OssBucket(bucket);
            }
            catch (S3ServerUnavailableException e)
            {
                unavailable = e.Message;
            }
        }

        public IObjectStore NewStore() =>
            oss?.NewStore($"test {Interlocked.Increment(ref tests)}") ?? throw Xunit.Sdk.SkipException.ForSkip(unavailable ?? "The fixture did not start.");

        public async ValueTask DisposeAsync()
        {
            await (oss?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (bucket?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
