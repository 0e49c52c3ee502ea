using AgentBay.Testing;

namespace AgentBay.Sdk.Tests.Guide;

/// <summary>The guide's chapter "Context Data Clearing".</summary>
[Collection(MachineCollection.Name)]
public sealed class ClearingTests(Machine machine)
{
    [Theory, OnEveryStore]
    public async Task A_clear_deletes_the_files_and_keeps_the_context(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        Context context = await FilledContextAsync(box);

        var clearResult = await agentBay.Context.ClearAsync(contextId: context.Id, timeout: TimeSpan.FromSeconds(60), pollInterval: TimeSpan.FromSeconds(2));

        Assert.True(clearResult.Success, clearResult.ErrorMessage);
        Assert.Equal("available", clearResult.Status);
        Assert.Empty(await box.StoredAsync(context));
        Assert.Equal(context.Id, (await agentBay.Context.GetAsync("my-project")).ContextId);
    }

    [Theory, OnEveryStore]
    public async Task A_clear_in_the_background_is_asked_for_until_it_is_done(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        Context context = await FilledContextAsync(box);

        var clearResult = await agentBay.Context.BeginClearAsync(contextId: context.Id);
        Assert.True(clearResult.Success, clearResult.ErrorMessage);
        Assert.Equal("clearing", clearResult.Status);

        const int maxAttempts = 300;
        int attempt = 0;
        string status = clearResult.Status;
        while (attempt < maxAttempts && status == "clearing")
        {
            await Task.Delay(TimeSpan.FromSeconds(0.1), TestContext.Current.CancellationToken);
            attempt += 1;
            var statusResult = await agentBay.Context.GetClearStatusAsync(contextId: context.Id);
            Assert.True(statusResult.Success, statusResult.ErrorMessage);
            status = statusResult.Status;
        }

        Assert.Equal("available", status);
        Assert.Empty(await box.StoredAsync(context));
    }

    [Theory, OnEveryStore]
    public async Task A_clear_that_takes_longer_than_its_timeout_goes_on(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        Context context = await FilledContextAsync(box);
        await box.MarkAsync(context, "clearing", clearer: "who died at it:0"); // So that it takes a while: whether somebody goes on with it is awaited first.

        var e = await Assert.ThrowsAsync<ClearanceTimeoutException>(() => agentBay.Context.ClearAsync(context.Id, timeout: TimeSpan.FromSeconds(0.001), pollInterval: TimeSpan.FromSeconds(1)));
        var statusResult = await agentBay.Context.GetClearStatusAsync(context.Id);

        Assert.IsAssignableFrom<AgentBayException>(e);
        Assert.Equal("Context clearing timed out after 0.001 seconds", e.Message);
        Assert.Equal((true, "clearing"), (statusResult.Success, statusResult.Status));
        Assert.Equal("available", (await agentBay.Context.ClearAsync(context.Id)).Status);
    }

    [Fact]
    public async Task A_context_that_is_not_there_cannot_be_cleared()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        const string id = "SdkCtx-aaaaaaaaaaaaaaaaaaaa";

        Assert.Contains(id, (await box.Client.Context.ClearAsync(id)).ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(id, (await box.Client.Context.GetClearStatusAsync(id)).ErrorMessage, StringComparison.Ordinal);
    }

    [Theory, OnEveryStore]
    public async Task While_a_context_is_cleared_its_files_are_neither_stored_nor_deleted_and_it_cannot_be_mounted(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await FilledContextAsync(box);
        await box.MarkAsync(context, "clearing");

        var upload = await box.Client.Context.GetFileUploadUrlAsync(context.Id, "/new.txt");
        var delete = await box.Client.Context.DeleteFileAsync(context.Id, "/old.txt");
        var mount = await box.Client.CreateAsync(new CreateSessionParams { ContextSyncs = [ContextSync.New(context.Id, box.At("/tmp/data"))] });

        Assert.All([upload.ErrorMessage, delete.ErrorMessage, mount.ErrorMessage], message => Assert.Contains("is being cleared: wait until that is done", message, StringComparison.Ordinal));
        Assert.Equal([new("old.txt", "old")], await box.StoredAsync(context));
        Assert.Equal("available", (await box.Client.Context.ClearAsync(context.Id)).Status);
    }

    private static async Task<Context> FilledContextAsync(SdkBox box)
    {
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        await session.FileSystem.WriteFileAsync($"{box.At("/tmp/data")}/old.txt", "old");
        (await session.DeleteAsync(syncContext: true)).EnsureSuccess();
        Assert.Single(await box.StoredAsync(context));
        return context;
    }
}
