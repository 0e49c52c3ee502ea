using AgentBay.Fs.Contexts;
using AgentBay.Fs.Policies;
using AgentBay.ObjectStore;
using AgentBay.ObjectStore.Embedded;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

/// <summary>On the directory store, whose expiry follows a clock that tests move.</summary>
public sealed class ContextRecyclingTests : IAsyncDisposable
{
    private static readonly ExpiryRule Foreign = new("somebody-elses", "logs/", 7);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("agentbay-recycling-");
    private readonly ManualTime time = new() { SkipsPauses = true };
    private readonly EmbeddedStore store;

    public ContextRecyclingTests() => store = EmbeddedStore.Open(folder.FullName, time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ContextCatalog Catalog => new(store, time);

    private ContextRecycling Recycling => new(store);

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_folder_of_a_policy_gets_a_rule_for_what_is_in_it_and_other_rules_stay()
    {
        await store.SetExpiryRulesAsync("somebody", [Foreign], Cancel);
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        ContextRecord other = await Catalog.GetOrCreateAsync("b", Cancel);

        await Recycling.ApplyAsync(other, new RecyclePolicy { Lifecycle = Lifecycle.Days1 }, Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days3, Paths = ["/tmp/cache", "logs/"] }, Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days30, Paths = ["logs"] }, Cancel);

        Assert.Equal(
            [(context.Prefix + "logs/", 30), (context.Prefix + "tmp/cache/", 3), (other.Prefix, 1), ("logs/", 7)],
            await RulesAsync(context, other));
    }

    [Fact]
    public async Task Forever_takes_a_rule_away_and_so_does_deleting_the_context()
    {
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        await store.SetExpiryRulesAsync("somebody", [Foreign], Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days5, Paths = ["x", "y"] }, Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Paths = ["x"] }, Cancel);
        Assert.Equal([(context.Prefix + "y/", 5), ("logs/", 7)], await RulesAsync(context));

        await Catalog.DeleteAsync(context, null, Cancel);

        Assert.Equal([("logs/", 7)], await RulesAsync(context));
    }

    [Fact]
    public async Task Forever_takes_away_also_what_was_said_of_the_folders_below()
    {
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days5, Paths = ["x/y", "xy"] }, Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Paths = ["x"] }, Cancel);
        Assert.Equal([(context.Prefix + "xy/", 5)], await RulesAsync(context));
    }

    [Fact]
    public async Task What_a_policy_takes_for_a_path_can_be_applied()
    {
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days1, Paths = ["/data//", "//logs"] }, Cancel);
        Assert.Equal([(context.Prefix + "data/", 1), (context.Prefix + "logs/", 1)], await RulesAsync(context));

        string tooLong = string.Join('/', Enumerable.Repeat(new string('n', 250), 5));
        PolicyException refused = await Assert.ThrowsAsync<PolicyException>(() => Recycling.CheckAsync(context, new RecyclePolicy { Paths = [tooLong] }, Cancel));
        Assert.EndsWith("is too long for a key of a store.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_lifecycle_is_a_rule_of_its_days()
    {
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        List<int?> days = [];
        foreach (Lifecycle lifecycle in LifecycleNames.All)
        {
            await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = lifecycle }, Cancel);
            days.Add((await store.GetExpiryRulesAsync(Cancel)).SingleOrDefault()?.Days);
        }

        Assert.Equal([1, 3, 5, 10, 15, 30, 90, 180, 360, null], days);
    }

    [Fact]
    public async Task A_clear_keeps_the_rules()
    {
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days5 }, Cancel);
        await Catalog.ClearAsync(context, null, Cancel);
        Assert.Equal([(context.Prefix, 5)], await RulesAsync(context));
    }

    [Fact]
    public async Task A_file_is_refused_as_its_rule_would_take_more_than_it()
    {
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        _ = await store.PutAsync(context.Prefix + "data", new byte[1], new PutOptions(), Cancel);

        PolicyException refused = await Assert.ThrowsAsync<PolicyException>(
            () => Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days1, Paths = ["/data"] }, Cancel));

        Assert.Contains("'/data' is a file. Please use exact directory paths instead.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_runs_from_the_upload_and_only_in_the_folder()
    {
        ContextRecord context = await Catalog.GetOrCreateAsync("a", Cancel);
        await Recycling.ApplyAsync(context, new RecyclePolicy { Lifecycle = Lifecycle.Days1, Paths = ["data"] }, Cancel);
        _ = await store.PutAsync(context.Prefix + "data/old", new byte[1], new PutOptions(), Cancel);
        _ = await store.PutAsync(context.Prefix + "database", new byte[1], new PutOptions(), Cancel);
        time.Advance(TimeSpan.FromHours(20));
        _ = await store.PutAsync(context.Prefix + "data/new", new byte[1], new PutOptions(), Cancel);
        time.Advance(TimeSpan.FromHours(5));

        ListPage left = await store.ListAsync(new ListRequest(context.Prefix), Cancel);

        Assert.Equal(["data/new", "database"], left.Objects.Select(info => info.Key[context.Prefix.Length..]));
    }

    private async Task<IEnumerable<(string Prefix, int Days)>> RulesAsync(params ContextRecord[] order) =>
        (await store.GetExpiryRulesAsync(Cancel))
            .OrderBy(rule => Array.FindIndex(order, context => rule.Prefix.StartsWith(context.Prefix, StringComparison.Ordinal)) is >= 0 and var i ? i : order.Length)
            .ThenBy(rule => rule.Prefix, StringComparer.Ordinal)
            .Select(rule => (rule.Prefix, rule.Days));
}
