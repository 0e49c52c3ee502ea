using AgentBay.ObjectStore.Tests.Contract;

namespace AgentBay.ObjectStore.Tests.Embedded;

public sealed class RetriedEmbeddedStoreContractTests : ObjectStoreContract, IClassFixture<RetriedEmbeddedStoreContractTests.Fixture>
{
    public RetriedEmbeddedStoreContractTests(Fixture fixture) => Store = fixture.Store;

    protected override IObjectStore Store { get; }

    protected override int ManyKeys => 1_500;

    public sealed class Fixture : IAsyncDisposable
    {
        private readonly TemporaryFolder folder = new();

        public Fixture() => Store = StoreUrl.Open($"file://{folder.Path}/made/on the way", StoreOpenOptions.Default);

        public IObjectStore Store { get; }

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            folder.Dispose();
        }
    }
}
