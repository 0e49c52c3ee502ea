using AgentBay.ObjectStore.Retrying;
using AgentBay.ObjectStore.Tests.Contract;

namespace AgentBay.ObjectStore.Tests.S3;

public sealed class RetriedS3StoreContractTests : ObjectStoreContract, IClassFixture<S3StoreFixture>, IAsyncDisposable
{
    public RetriedS3StoreContractTests(S3StoreFixture fixture) => Store = new RetryingStore(fixture.NewStore(), StoreOpenOptions.Default);

    protected override IObjectStore Store { get; }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
