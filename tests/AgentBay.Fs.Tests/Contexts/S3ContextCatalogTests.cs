using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

/// <summary>The real server: it ignores conditions on deletions, and metes out 500s to those who lose a race.</summary>
public sealed class S3ContextCatalogTests(S3ContextCatalogTests.Fixture fixture) : ContextCatalogSuite, IClassFixture<S3ContextCatalogTests.Fixture>, IAsyncDisposable
{
    protected override IObjectStore Store { get; } = fixture.NewStore();

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    /// <summary>A bucket for the class; each test has a prefix of its own in it.</summary>
    public class Fixture : IAsyncLifetime
    {
        private S3Server? server;
        private S3Bucket? bucket;
        private string? unavailable;
        private int tests;

        public async ValueTask InitializeAsync()
        {
            (server, unavailable) = await S3Server.TryStartAsync();
            bucket = server is null ? null : await server.CreateBucketAsync();
        }

        public IObjectStore NewStore() => bucket is { } here
            ? Open(here, $"test {Interlocked.Increment(ref tests)}")
            : throw Xunit.Sdk.SkipException.ForSkip(unavailable ?? "The fixture did not start.");

        public virtual async ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            await (bucket?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        protected virtual IObjectStore Open(S3Bucket bucket, string prefix) => StoreUrl.Open(bucket.Url(prefix), StoreOpenOptions.Default);
    }
}
