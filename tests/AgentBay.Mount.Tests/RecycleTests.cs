using AgentBay.Testing;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.Mount.Tests;

/// <summary>Recycle policies of a mount: what is refused before anything is touched.</summary>
public sealed class RecycleTests(Machine machine)
{
    private static readonly LifecycleRule Foreign = new()
    {
        Id = "theirs",
        Status = LifecycleRuleStatus.Enabled,
        Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "theirs/" } },
        Expiration = new LifecycleRuleExpiration { Days = 7 },
    };

    [Fact]
    public async Task A_path_that_is_a_file_is_refused_before_anything_is_touched()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        string before = (await box.AgentBayAsync("context", "create", "test", "--json")).Ok().Output;
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.WriteAsync("data", "x");

        Ran refused = (await box.TryMountAsync("--policy", """{"recyclePolicy":{"lifecycle":"Lifecycle_1Day","paths":["/data"]}}""")).Exits(2);

        Assert.Contains("Recycle policy path '/data' is a file. Please use exact directory paths instead.", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, (await box.AgentBayAsync("context", "get", "test", "--json")).Ok().Output);
        Assert.False(Directory.Exists(box.Cache));
    }

    [Fact]
    public async Task A_policy_s_rules_are_in_the_bucket_s_configuration_beside_those_of_others_and_go_with_the_context()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        await box.Bucket.SetLifecycleAsync(Foreign);
        string prefix = $"contexts/{(await box.AgentBayAsync("context", "create", "test", "--json")).Json().GetProperty("id").GetString()}/";

        await box.MountAsync("--policy", """{"recyclePolicy":{"lifecycle":"Lifecycle_3Days","paths":["/tmp/cache","logs/"]}}""");
        IEnumerable<(string, int)> mounted = await RulesAsync(box);
        await box.UnmountAsync();
        (await box.AgentBayAsync("context", "delete", "test", "--yes")).Ok();

        Assert.Equal([(prefix + "logs/", 3), (prefix + "tmp/cache/", 3), ("theirs/", 7)], mounted);
        Assert.Equal([("theirs/", 7)], await RulesAsync(box));
    }

    [Theory]
    [InlineData("--upload", "sometimes", "--upload: 'sometimes' is neither auto nor manual")]
    [InlineData("--lifecycle", "7d", "--lifecycle: '7d' is none of 1d, 3d")]
    [InlineData("--include", "/a*", "Wildcard patterns are not supported in path. Got: /a*.")]
    [InlineData("--include", "$mount/src", "White list path '$mount/src' repeats the mount point '$mount': paths are relative to it. Use '/src' instead")]
    [InlineData("--policy", """{"recyclePolicy":{"lifecycle":"Lifecycle_1Day","paths":["$mount/cache"]}}""", "Recycle policy path '$mount/cache' repeats the mount point '$mount': paths are relative to it. Use '/cache' instead")]
    public async Task A_bad_option_is_refused_before_anything_is_touched(string option, string value, string says)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);

        Ran refused = (await box.TryMountAsync(option, value.Replace("$mount", box.Mount, StringComparison.Ordinal))).Exits(2);

        Assert.Contains(says.Replace("$mount", box.Mount, StringComparison.Ordinal), refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(box.Cache) || Directory.Exists(box.StoreUrl));
    }

    /// <summary>As any other program reads them.</summary>
    private static async Task<IEnumerable<(string Prefix, int Days)>> RulesAsync(MountBox box) => (await box.Bucket.GetLifecycleAsync() ?? [])
        .Select(rule => (((LifecyclePrefixPredicate)rule.Filter.LifecycleFilterPredicate).Prefix, rule.Expiration.Days!.Value))
        .Order();
}
