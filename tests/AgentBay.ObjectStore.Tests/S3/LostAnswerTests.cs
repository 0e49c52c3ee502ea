using AgentBay.Testing.Http;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>The real server does what it is asked and the connection breaks before its answer: the call succeeds, once.</summary>
public sealed class LostAnswerTests(S3StoreFixture fixture) : IClassFixture<S3StoreFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("create")]
    [InlineData("replace")]
    [InlineData("put")]
    public Task A_put_succeeds(string condition) => RunAsync("PUT", async (store, key) =>
    {
        var old = condition == "create" ? null : await store.PutAsync(key + " old", "old"u8.ToArray(), new PutOptions(), Cancel);
        string target = condition == "create" ? key : key + " old";
        var options = new PutOptions { Condition = condition switch { "create" => PutCondition.Absent, "replace" => PutCondition.Match(old!.ETag), _ => PutCondition.None } };
        var put = await store.PutAsync(target, "new"u8.ToArray(), options, Cancel);
        Assert.Equal(put.ETag, (await store.HeadAsync(target, Cancel))!.ETag);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_completion_succeeds(bool createOnly) => RunAsync("POST", async (store, key) =>
    {
        await using var upload = await store.BeginMultipartAsync(key, new PutOptions { Condition = createOnly ? PutCondition.Absent : PutCondition.None }, Cancel);
        await upload.UploadPartAsync(1, "part"u8.ToArray(), Cancel);
        var done = await upload.CompleteAsync(Cancel);
        Assert.Equal(done.ETag, (await store.HeadAsync(key, Cancel))!.ETag);
    }, "uploadId");

    [Fact]
    public Task A_deletion_succeeds() => RunAsync("DELETE", async (store, key) =>
    {
        var put = await store.PutAsync(key, "x"u8.ToArray(), new PutOptions(), Cancel);
        await store.DeleteAsync(key, put.ETag, Cancel);
        Assert.Null(await store.HeadAsync(key, Cancel));
    });

    [Fact]
    public Task A_create_only_copy_succeeds() => RunAsync("PUT", async (store, key) =>
    {
        _ = await store.PutAsync(key, "x"u8.ToArray(), new PutOptions(), Cancel);
        Assert.NotNull(await store.CopyAsync(key, key + " copy", new CopyOptions { Condition = PutCondition.Absent }, Cancel));
        Assert.NotNull(await store.HeadAsync(key + " copy", Cancel));
    });

    /// <summary>Every first answer to a kind of request is lost.</summary>
    private async Task RunAsync(string method, Func<IObjectStore, string, Task> act, string? parameter = null)
    {
        var seen = new HashSet<string>();
        await using var relay = new HttpRelay(new Uri(fixture.Bucket.Server.Endpoint), async (request, forward, _) =>
        {
            var answer = await forward(request);
            return request.Method == method && (parameter == null || request.Parameters.Contains(parameter)) && seen.Add(request.Target) ? null : answer;
        });
        string url = fixture.Bucket.Url("lost").Replace(fixture.Bucket.Server.Endpoint, $"http://127.0.0.1:{relay.Port}", StringComparison.Ordinal);
        await using var store = StoreUrl.Open(url, new StoreOpenOptions { MaxRetries = 3 });
        await act(store, "key " + Guid.NewGuid().ToString("N"));
        Assert.NotEmpty(seen);
    }
}
