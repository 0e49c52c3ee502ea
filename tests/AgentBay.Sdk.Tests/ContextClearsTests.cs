using AgentBay.Fs.Contexts;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Sdk.Tests;

public sealed class ContextClearsTests
{
    [Fact]
    public async Task A_clear_in_the_background_that_breaks_off_is_logged_though_nobody_asks()
    {
        var store = new FaultyStore(new MemoryStore());
        var time = new ManualTime { SkipsPauses = true };
        var catalog = new ContextCatalog(store, time);
        ContextRecord context = await catalog.GetOrCreateAsync("a", TestContext.Current.CancellationToken);
        ContextRecord clearing = await catalog.BeginClearAsync(context, TestContext.Current.CancellationToken);
        var log = new LastMessage();
        var clears = new ContextClears(catalog, log, time);
        store.Fail(StoreCall.List, kind: StoreErrorKind.AccessDenied);

        clears.Finish(clearing);
        await clears.CloseAsync();

        Assert.StartsWith($"The clear of context {context.Id} broke off", log.Message, StringComparison.Ordinal);
    }
}
