using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

/// <summary>The real server behind a stand-in that is as strict as OSS: create-only by its own header, no other condition on writes, no list of uploads.</summary>
public sealed class OssContextCatalogTests(OssContextCatalogTests.Fixture fixture) : ContextCatalogSuite, IClassFixture<OssContextCatalogTests.Fixture>, IAsyncDisposable
{
    protected override IObjectStore Store { get; } = fixture.NewStore();

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    /// <summary>The stand-in for the class.</summary>
    public sealed class Fixture : S3ContextCatalogTests.Fixture
    {
        private OssBucket? oss;

        public override async ValueTask DisposeAsync()
        {
            await (oss?.DisposeAsync() ?? ValueTask.CompletedTask);
            await base.DisposeAsync();
        }

        protected override IObjectStore Open(S3Bucket bucket, string prefix) => (oss ??= new OssBucket(bucket)).NewStore(prefix);
    }
}
