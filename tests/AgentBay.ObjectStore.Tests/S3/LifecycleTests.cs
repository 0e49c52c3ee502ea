using System.Text;
using AgentBay.ObjectStore.S3;
using AgentBay.Testing;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>Expiry rules in a bucket of the real server; each test has a bucket of its own, as a bucket's rules are one document.</summary>
public sealed class LifecycleTests(S3StoreFixture fixture) : IClassFixture<S3StoreFixture>
{
    private static readonly LifecycleRule Foreign = new()
    {
        Id = "theirs",
        Status = LifecycleRuleStatus.Enabled,
        Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "theirs/" } },
        NoncurrentVersionExpiration = new LifecycleRuleNoncurrentVersionExpiration { NoncurrentDays = 7 },
        AbortIncompleteMultipartUpload = new LifecycleRuleAbortIncompleteMultipartUpload { DaysAfterInitiation = 3 },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_are_seen_in_the_buckets_configuration_and_go_with_their_owner()
    {
        await using var bucket = await fixture.Bucket.Server.CreateBucketAsync();
        await using var store = StoreUrl.Open(bucket.Url("a prefix"), StoreOpenOptions.Default);
        await store.SetExpiryRulesAsync("agentbay-1-", [new("agentbay-1-x", "contexts/1/tmp/", 30)], Cancel);
        await store.SetExpiryRulesAsync("agentbay-2-", [new("agentbay-2-x", "contexts/2/", 1)], Cancel);
        var rules = await bucket.GetLifecycleAsync();
        Assert.Equal(
            [("agentbay-1-x", "a prefix/contexts/1/tmp/", 30), ("agentbay-2-x", "a prefix/contexts/2/", 1)],
            rules!.Select(r => (r.Id, ((LifecyclePrefixPredicate)r.Filter.LifecycleFilterPredicate).Prefix, r.Expiration.Days!.Value)).Order());
        Assert.All(rules!, r => Assert.Equal(LifecycleRuleStatus.Enabled, r.Status));
        await store.SetExpiryRulesAsync("agentbay-1-", [], Cancel);
        await store.SetExpiryRulesAsync("agentbay-2-", [], Cancel);
        Assert.Null(await bucket.GetLifecycleAsync());
        await store.SetExpiryRulesAsync("agentbay-2-", [], Cancel);
    }

    [Fact]
    public async Task Rules_of_others_stay_as_they_are()
    {
        await using var bucket = await fixture.Bucket.Server.CreateBucketAsync();
        await bucket.SetLifecycleAsync(Foreign);
        await using var store = StoreUrl.Open(bucket.Url(), StoreOpenOptions.Default);
        Assert.Empty(await store.GetExpiryRulesAsync(Cancel));
        await store.SetExpiryRulesAsync("ours-", [new("ours-1", "p/", 5)], Cancel);
        await store.SetExpiryRulesAsync("ours-", [new("ours-2", "p/", 5)], Cancel);
        Assert.Equal(["ours-2", "theirs"], (await bucket.GetLifecycleAsync())!.Select(r => r.Id).Order());
        await store.SetExpiryRulesAsync("ours-", [], Cancel);
        var left = Assert.Single((await bucket.GetLifecycleAsync())!);
        Assert.Equal(("theirs", 7, 3), (left.Id, left.NoncurrentVersionExpiration.NoncurrentDays, left.AbortIncompleteMultipartUpload.DaysAfterInitiation));
        Assert.Equal("theirs/", ((LifecyclePrefixPredicate)left.Filter.LifecycleFilterPredicate).Prefix);
    }

    [Fact]
    public async Task Two_stores_of_one_bucket_do_not_touch_each_others_rules()
    {
        await using var bucket = await fixture.Bucket.Server.CreateBucketAsync();
        await using var one = StoreUrl.Open(bucket.Url("one"), StoreOpenOptions.Default);
        await using var two = StoreUrl.Open(bucket.Url("two"), StoreOpenOptions.Default);
        await one.SetExpiryRulesAsync("agentbay-", [new("agentbay-a", "", 1)], Cancel);
        await two.SetExpiryRulesAsync("agentbay-", [new("agentbay-b", "", 2)], Cancel);
        Assert.Equal(new ExpiryRule("agentbay-a", "", 1), Assert.Single(await one.GetExpiryRulesAsync(Cancel)));
        Assert.Equal(new ExpiryRule("agentbay-b", "", 2), Assert.Single(await two.GetExpiryRulesAsync(Cancel)));
    }

    [Fact]
    public async Task Expiry_happens()
    {
        // The server's day lasts 10 seconds (rgw lc debug interval).
        await using var bucket = await fixture.Bucket.Server.CreateBucketAsync();
        await using var store = StoreUrl.Open(bucket.Url("a prefix"), StoreOpenOptions.Default);
        _ = await store.PutAsync("contexts/1/tmp/goes", "x"u8.ToArray(), new PutOptions(), Cancel);
        _ = await store.PutAsync("contexts/1/stays", "x"u8.ToArray(), new PutOptions(), Cancel);
        await store.SetExpiryRulesAsync("agentbay-1-", [new("agentbay-1-x", "contexts/1/tmp/", 1)], Cancel);
        await Eventually.HappensAsync(async () => await store.HeadAsync("contexts/1/tmp/goes", Cancel) == null, Cancel);

        Assert.NotNull(await store.HeadAsync("contexts/1/stays", Cancel));
    }

    [Fact]
    public void What_we_do_not_know_of_stays_in_the_document()
    {
        const string foreign =
            """<Rule><ID>new</ID><Status>Enabled</Status><Filter><And><Prefix>x</Prefix><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter><FutureAction odd="1"><Deep>é</Deep></FutureAction><x:Other xmlns:x="urn:x"/></Rule>""";
        string text = $"""<?xml version="1.0"?><LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{foreign}<Rule><ID>ours-1</ID><Prefix>p</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>""";
        var document = LifecycleDocument.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal(new ExpiryRule("ours-1", "p", 1), Assert.Single(document.Read("")));
        var changed = document.With("ours-", "", [new("ours-2", "q", 3)]);
        Assert.Contains(foreign.Replace("\"/>", "\" />", StringComparison.Ordinal), Encoding.UTF8.GetString(changed.ToBytes()), StringComparison.Ordinal);
        Assert.Equal(new ExpiryRule("ours-2", "q", 3), Assert.Single(LifecycleDocument.Parse(changed.ToBytes()).Read("")));
        Assert.False(changed.With("ours-", "", []).IsEmpty);
        Assert.True(changed.With("", "", []).IsEmpty);
    }

    [Theory]
    [InlineData("<Status>Disabled</Status><Prefix>p</Prefix><Expiration><Days>1</Days></Expiration>")]
    [InlineData("<Status>Enabled</Status><Prefix>p</Prefix><Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>")]
    [InlineData("<Status>Enabled</Status><Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><Expiration><Days>1</Days></Expiration>")]
    [InlineData("<Status>Enabled</Status><Prefix>p</Prefix><Transition><Days>1</Days></Transition>")]
    public void A_rule_that_is_off_or_looks_at_more_is_not_told(string rule) =>
        Assert.Empty(LifecycleDocument.Parse(Encoding.UTF8.GetBytes($"<LifecycleConfiguration><Rule><ID>a</ID>{rule}</Rule></LifecycleConfiguration>")).Read(""));

    [Fact]
    public async Task Rules_that_another_program_wrote_away_are_written_again()
    {
        await using var bucket = await fixture.Bucket.Server.CreateBucketAsync();
        int overwritten = 0;
        await using var relay = new AgentBay.Testing.Http.HttpRelay(new Uri(bucket.Server.Endpoint), async (request, forward, _) =>
        {
            var answer = await forward(request);
            if (request.Method == "PUT" && request.Parameters.Contains("lifecycle") && overwritten++ < 2)
            {
                await bucket.SetLifecycleAsync(Foreign);
            }

            return answer;
        });
        await using var store = StoreUrl.Open(bucket.Url().Replace(bucket.Server.Endpoint, $"http://127.0.0.1:{relay.Port}", StringComparison.Ordinal), StoreOpenOptions.Default);
        await store.SetExpiryRulesAsync("ours-", [new("ours-1", "p/", 5)], Cancel);
        Assert.Equal(["ours-1", "theirs"], (await bucket.GetLifecycleAsync())!.Select(r => r.Id).Order());
        Assert.Equal(3, overwritten);
    }
}
