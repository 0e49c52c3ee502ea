using AgentBay.ObjectStore.Retrying;
using AgentBay.ObjectStore.Tests.Contract;

namespace AgentBay.ObjectStore.Tests.S3;

public sealed class RetriedS3StoreContractTests : ObjectStoreContract, IClassFixture<S3StoreFixture>, IAsyncDisposable
{
    public RetriedS3StoreContractTests(S3StoreFixture fixture) => Store = new RetryingStore(fixture.NewStore(), StoreOpenOptions.Default);

    protected override IObjectStore Store { get; }

    protected override int ManyKeys => 1_500;

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
