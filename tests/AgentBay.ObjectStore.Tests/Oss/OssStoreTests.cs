using AgentBay.ObjectStore.S3;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.Oss;

/// <summary>What the store does beyond the contract where OSS is asked in its own words.</summary>
public sealed class OssStoreTests(OssStoreFixture fixture) : IClassFixture<OssStoreFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("put")]
    [InlineData("copy")]
    [InlineData("upload")]
    public async Task A_write_that_creates_does_not_replace_what_came_after_the_store_was_asked(string write)
    {
        await using var others = fixture.NewServerStore();
        await using var store = fixture.NewStore();
        string key = $"target of {write}";
        _ = await store.PutAsync("source", "ours"u8.ToArray(), new PutOptions(), Cancel);
        fixture.BeforeRequest = async (request, cancel) =>
        {
            if (request.Header("x-oss-forbid-overwrite") == "true")
            {
                fixture.BeforeRequest = null;
                _ = await others.PutAsync(key, "theirs"u8.ToArray(), new PutOptions(), cancel);
            }
        };
        var error = await Assert.ThrowsAsync<StoreException>(() => WriteAsync(store, write, key));
        Assert.Equal(StoreErrorKind.PreconditionFailed, error.Kind);
        Assert.Equal("theirs".Length, (await others.HeadAsync(key, Cancel))!.Size);
    }

    [Fact]
    public async Task Uploads_that_cannot_be_listed_are_aborted_by_a_rule_beside_those_for_folders_in_folders()
    {
        // The server's day lasts 10 seconds (rgw lc debug interval).
        await using var seen = fixture.NewServerStore();
        await using var store = fixture.NewStore();
        await store.SetExpiryRulesAsync("agentbay-1-", [new("agentbay-1-a", "contexts/1/", 30), new("agentbay-1-b", "contexts/1/tmp/", 1)], Cancel);
        var upload = await store.BeginMultipartAsync("contexts/1/large", new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, "part"u8.ToArray(), Cancel);
        var other = await store.BeginMultipartAsync("elsewhere", new PutOptions(), Cancel);
        await StaleUploads.AbortByRuleAsync(store, "contexts/", TimeSpan.FromHours(12), Cancel);
        await StaleUploads.AbortByRuleAsync(store, "contexts/", TimeSpan.FromHours(12), Cancel);
        Assert.Equal(["agentbay-1-a", "agentbay-1-b"], (await store.GetExpiryRulesAsync(Cancel)).Select(r => r.Id).Order());
        await Eventually.HappensAsync(async () => (await seen.ListUploadsAsync("contexts/", Cancel)).Count == 0, Cancel);
        Assert.Equal(other.Id, Assert.Single(await seen.ListUploadsAsync("", Cancel)).Id);
        await other.DisposeAsync();
    }

    private static async Task WriteAsync(S3Store store, string write, string key)
    {
        switch (write)
        {
            case "put":
                _ = await store.PutAsync(key, "ours"u8.ToArray(), new PutOptions { Condition = PutCondition.Absent }, Cancel);
                break;
            case "copy":
                _ = await store.CopyAsync("source", key, new CopyOptions { Condition = PutCondition.Absent }, Cancel);
                break;
            default:
                await using (var upload = await store.BeginMultipartAsync(key, new PutOptions { Condition = PutCondition.Absent }, Cancel))
                {
                    await upload.UploadPartAsync(1, "ours"u8.ToArray(), Cancel);
                    _ = await upload.CompleteAsync(Cancel);
                }

                break;
        }
    }
}
