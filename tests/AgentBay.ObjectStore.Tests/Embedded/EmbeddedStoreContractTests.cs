using AgentBay.ObjectStore.Embedded;
using AgentBay.ObjectStore.Tests.Contract;

namespace AgentBay.ObjectStore.Tests.Embedded;

public sealed class EmbeddedStoreContractTests : ObjectStoreContract, IClassFixture<EmbeddedStoreContractTests.Fixture>
{
    public EmbeddedStoreContractTests(Fixture fixture) => Store = fixture.Store;

    protected override IObjectStore Store { get; }

    public sealed class Fixture : IAsyncDisposable
    {
        private readonly TemporaryFolder folder = new();

        public Fixture() => Store = EmbeddedStore.Open(folder.Path);

        public IObjectStore Store { get; }

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            folder.Dispose();
        }
    }
}
