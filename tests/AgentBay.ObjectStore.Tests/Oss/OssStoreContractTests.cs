using AgentBay.ObjectStore.Retrying;
using AgentBay.ObjectStore.Tests.Contract;

namespace AgentBay.ObjectStore.Tests.Oss;

public sealed class OssStoreContractTests : ObjectStoreContract, IClassFixture<OssStoreFixture>, IAsyncDisposable
{
    private readonly OssStoreFixture fixture;

    public OssStoreContractTests(OssStoreFixture fixture)
    {
        this.fixture = fixture;
        Store = new RetryingStore(fixture.NewStore(), StoreOpenOptions.Default);
    }

    protected override IObjectStore Store { get; }

    protected override HttpMessageHandler NewHttpHandler() => fixture.NewHandler();

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
