using AgentBay.ObjectStore.S3;
using AgentBay.Testing.Http;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>The server goes away and comes back: for this store alone, as others use it meanwhile.</summary>
public sealed class StoreAwayTests(S3StoreFixture fixture) : IClassFixture<S3StoreFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_while_the_store_is_away_is_done_when_it_is_back()
    {
        var relay = NewRelay(port: 0);
        int port = relay.Port;
        string url = fixture.Bucket.Url("away").Replace(fixture.Bucket.Server.Endpoint, $"http://127.0.0.1:{port}", StringComparison.Ordinal);
        await using var store = StoreUrl.Open(url, new StoreOpenOptions { MaxRetries = 10 });
        _ = await store.PutAsync("before", "x"u8.ToArray(), new PutOptions(), Cancel);
        await relay.DisposeAsync();
        await using var single = new S3Store(((StoreLocation.Remote)StoreLocation.Parse(url)).Where);
        Assert.Equal(StoreErrorKind.Unreachable, (await Assert.ThrowsAsync<StoreException>(() => single.HeadAsync("before", Cancel))).Kind);
        var waiting = store.PutAsync("waited", "x"u8.ToArray(), new PutOptions { Condition = PutCondition.Absent }, Cancel);
        await using var again = NewRelay(port);
        _ = await waiting;
        Assert.NotNull(await store.HeadAsync("before", Cancel));
        Assert.NotNull(await store.HeadAsync("waited", Cancel));
    }

    private HttpRelay NewRelay(int port) => new(new Uri(fixture.Bucket.Server.Endpoint), async (request, forward, _) => await forward(request), port);
}
