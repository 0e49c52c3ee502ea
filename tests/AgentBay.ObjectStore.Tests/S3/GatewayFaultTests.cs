using AgentBay.ObjectStore.Retrying;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>The server is killed under the store; nothing else may use it meanwhile.</summary>
[Collection(nameof(GatewayFaultTests))]
public sealed class GatewayFaultTests(S3StoreFixture fixture) : IClassFixture<S3StoreFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_is_killed_and_comes_back_keeps_what_it_acknowledged_and_gets_what_waited()
    {
        await using var store = new RetryingStore(fixture.NewStore(), new StoreOpenOptions { MaxRetries = 10 });
        _ = await store.PutAsync("before", "x"u8.ToArray(), new PutOptions(), Cancel);
        await S3Server.KillGatewayAsync();
        Task<PutResult> waiting;
        try
        {
            await using var single = fixture.NewStore();
            Assert.Equal(StoreErrorKind.Unreachable, (await Assert.ThrowsAsync<StoreException>(() => single.HeadAsync("before", Cancel))).Kind);
            waiting = store.PutAsync("waited", "x"u8.ToArray(), new PutOptions { Condition = PutCondition.Absent }, Cancel);
        }
        finally
        {
            await S3Server.StartGatewayAsync();
        }

        _ = await waiting;
        Assert.NotNull(await store.HeadAsync("before", Cancel));
        Assert.NotNull(await store.HeadAsync("waited", Cancel));
    }
}

[CollectionDefinition(nameof(GatewayFaultTests), DisableParallelization = true)]
public sealed class GatewayFaultCollection;
