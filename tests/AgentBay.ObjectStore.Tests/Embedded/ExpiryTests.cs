using AgentBay.ObjectStore.Embedded;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.Embedded;

/// <summary>The directory store expires by itself: an expired object is absent for every call, and whoever meets it removes it.</summary>
public sealed class ExpiryTests : IAsyncDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();
    private readonly EmbeddedStore store;

    public ExpiryTests() => store = EmbeddedStore.Open(folder.Path, time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task An_object_lives_until_its_time_and_not_longer()
    {
        await SetAsync(new ExpiryRule("r", "tmp/", 3));
        _ = await PutAsync("tmp/object");
        _ = await PutAsync("other");
        time.Advance((3 * Day) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.HeadAsync("tmp/object", Cancel));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await store.HeadAsync("tmp/object", Cancel));
        Assert.NotNull(await store.HeadAsync("other", Cancel));
    }

    [Theory]
    [InlineData("head")]
    [InlineData("get")]
    [InlineData("list")]
    [InlineData("list with delimiter")]
    [InlineData("copy")]
    [InlineData("copy onto itself")]
    [InlineData("delete of another version")]
    public async Task For_every_call_it_is_absent_and_its_file_goes(string call)
    {
        await SetAsync(new ExpiryRule("r", "tmp/", 1));
        _ = await PutAsync("tmp/folder/object");
        time.Advance(Day);
        switch (call)
        {
            case "head":
                Assert.Null(await store.HeadAsync("tmp/folder/object", Cancel));
                break;
            case "get":
                Assert.Null(await store.GetAsync("tmp/folder/object", null, null, Cancel));
                break;
            case "list":
                Assert.Empty((await store.ListAsync(new ListRequest(""), Cancel)).Objects);
                break;
            case "list with delimiter":
                Assert.Empty((await store.ListAsync(new ListRequest("") { Delimiter = "/" }, Cancel)).Prefixes);
                break;
            case "copy":
                Assert.Null(await store.CopyAsync("tmp/folder/object", "copy", new CopyOptions(), Cancel));
                break;
            case "copy onto itself":
                Assert.Null(await store.CopyAsync("tmp/folder/object", "tmp/folder/object", new CopyOptions { Metadata = new Dictionary<string, string>() }, Cancel));
                return;   // What holds the key's lock leaves the file to the next one.
            default:
                await store.DeleteAsync("tmp/folder/object", "0123", Cancel);
                break;
        }

        Assert.False(Directory.Exists(Path.Combine(folder.Path, "tmp")));
    }

    [Fact]
    public async Task A_create_only_put_takes_its_place()
    {
        await SetAsync(new ExpiryRule("r", "", 1));
        var old = await PutAsync("object");
        time.Advance(Day);
        var gone = await Assert.ThrowsAsync<StoreException>(() => store.PutAsync("object", "x"u8.ToArray(), new PutOptions { Condition = PutCondition.Match(old.ETag) }, Cancel));
        Assert.Equal(StoreErrorKind.PreconditionFailed, gone.Kind);
        _ = await store.PutAsync("object", "new"u8.ToArray(), new PutOptions { Condition = PutCondition.Absent }, Cancel);
        Assert.NotNull(await store.HeadAsync("object", Cancel));
    }

    [Fact]
    public async Task A_put_begins_its_time_anew()
    {
        await SetAsync(new ExpiryRule("r", "", 2));
        _ = await PutAsync("object");
        time.Advance(Day);
        _ = await PutAsync("object");
        time.Advance(Day);
        Assert.NotNull(await store.HeadAsync("object", Cancel));
        time.Advance(Day);
        Assert.Null(await store.HeadAsync("object", Cancel));
    }

    [Fact]
    public async Task The_shortest_of_several_rules_counts()
    {
        await SetAsync(new ExpiryRule("r1", "a/", 5), new ExpiryRule("r2", "a/b", 1));
        _ = await PutAsync("a/b");
        _ = await PutAsync("a/c");
        time.Advance(Day);
        Assert.Equal(["a/c"], (await store.ListAsync(new ListRequest(""), Cancel)).Objects.Select(o => o.Key));
    }

    [Fact]
    public async Task What_has_expired_does_not_come_back_when_its_rule_goes()
    {
        await SetAsync(new ExpiryRule("r", "tmp/", 1));
        for (int i = 0; i < 5; i++)
        {
            _ = await PutAsync($"tmp/{i}");
        }

        time.Advance(Day);
        await SetAsync();
        Assert.Empty((await store.ListAsync(new ListRequest(""), Cancel)).Objects);
    }

    [Fact]
    public async Task A_page_is_full_although_much_of_what_it_passed_has_expired()
    {
        await SetAsync(new ExpiryRule("r", "a/0", 1));
        for (int i = 0; i < 40; i++)
        {
            _ = await PutAsync($"a/{i:d2}");
        }

        time.Advance(Day);
        var page = await store.ListAsync(new ListRequest("a/") { MaxKeys = 10 }, Cancel);
        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"a/{i}"), page.Objects.Select(o => o.Key));
        Assert.NotNull(page.NextToken);
    }

    [Fact]
    public async Task Another_process_sees_new_rules_at_its_next_call()
    {
        await using var other = EmbeddedStore.Open(folder.Path, time);
        _ = await PutAsync("object");
        Assert.Empty(await other.GetExpiryRulesAsync(Cancel));
        time.Advance(Day);
        Assert.NotNull(await other.HeadAsync("object", Cancel));
        await SetAsync(new ExpiryRule("r", "", 1));
        Assert.Null(await other.HeadAsync("object", Cancel));
    }

    [Fact]
    public async Task Owners_that_set_rules_at_once_lose_none()
    {
        await using var other = EmbeddedStore.Open(folder.Path, time);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? store : other).SetExpiryRulesAsync($"owner{i}-", [new($"owner{i}-rule", $"p{i}/", 1)], Cancel)));
        Assert.Equal(20, (await store.GetExpiryRulesAsync(Cancel)).Count);
    }

    private Task<PutResult> PutAsync(string key) => store.PutAsync(key, "x"u8.ToArray(), new PutOptions(), Cancel);

    private Task SetAsync(params ExpiryRule[] rules) => store.SetExpiryRulesAsync("r", rules, Cancel);
}
