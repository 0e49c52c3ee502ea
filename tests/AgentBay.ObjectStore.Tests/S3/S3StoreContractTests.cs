using AgentBay.ObjectStore.Tests.Contract;

namespace AgentBay.ObjectStore.Tests.S3;

public sealed class S3StoreContractTests : ObjectStoreContract, IClassFixture<S3StoreFixture>, IAsyncDisposable
{
    public S3StoreContractTests(S3StoreFixture fixture) => Store = fixture.NewStore();

    protected override IObjectStore Store { get; }

    protected override bool LosersMayBeBusy => true;

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
