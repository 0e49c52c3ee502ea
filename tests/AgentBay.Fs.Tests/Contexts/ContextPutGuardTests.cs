using AgentBay.Fs.Contexts;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

public sealed class ContextPutGuardTests
{
    private readonly MemoryStore store = new();
    private readonly ManualTime time = new() { SkipsPauses = true };
    private readonly ContextCatalog catalog;

    public ContextPutGuardTests() => catalog = new ContextCatalog(store, time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_PUT_that_begins_while_its_context_is_cleared_is_refused_and_one_after_that_is_not()
    {
        ContextRecord context = await catalog.GetOrCreateAsync("test", Cancel);
        await Of(context).CheckAsync(Cancel);
        ContextRecord clearing = await catalog.BeginClearAsync(context, Cancel);
        await AssertRefusedAsync("is being cleared: wait", Of(context));
        _ = await catalog.FinishClearAsync(clearing, null, Cancel);
        await Of(context).CheckAsync(Cancel);
    }

    [Fact]
    public async Task A_PUT_that_a_clear_overtakes_is_refused_though_the_context_is_available_again()
    {
        ContextRecord context = await catalog.GetOrCreateAsync("test", Cancel);
        ContextPutGuard guard = Of(context);
        await guard.CheckAsync(Cancel);
        _ = await catalog.ClearAsync(context, null, Cancel);
        time.Advance(ContextGuard.Validity);
        await AssertRefusedAsync("was cleared at", guard);
    }

    [Fact]
    public async Task A_PUT_into_a_context_that_was_deleted_before_or_meanwhile_is_refused()
    {
        ContextRecord context = await catalog.GetOrCreateAsync("test", Cancel);
        ContextPutGuard guard = Of(context);
        await guard.CheckAsync(Cancel);
        await catalog.DeleteAsync(context, null, Cancel);
        time.Advance(ContextGuard.Validity);
        await AssertRefusedAsync("was deleted", guard);
        await AssertRefusedAsync("was deleted", Of(context));
    }

    [Theory]
    [InlineData("contexts/SdkCtx-abcdefghij0123456789")]
    [InlineData("contexts/test/file")]
    [InlineData(".agentbay/names/test")]
    public async Task A_PUT_of_what_is_no_contexts_file_is_refused(string key)
    {
        _ = await catalog.GetOrCreateAsync("test", Cancel);
        await AssertRefusedAsync("no context's file", new ContextPutGuard(catalog, key, time));
    }

    private ContextPutGuard Of(ContextRecord context) => new(catalog, context.Prefix + "folder/file", time);

    private static async Task AssertRefusedAsync(string says, ContextPutGuard guard)
    {
        PutRefusedException refused = await Assert.ThrowsAsync<PutRefusedException>(() => guard.CheckAsync(Cancel));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }
}
