using AgentBay.Testing;

namespace AgentBay.Sdk.Tests.Guide;

/// <summary>The guide's chapter "Context Management".</summary>
[Collection(MachineCollection.Name)]
public sealed class ContextManagementTests(Machine machine)
{
    [Theory, OnEveryStore]
    public async Task A_context_is_made_when_asked_for_and_found_again(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;

        var before = await agentBay.Context.GetAsync("my-project", create: false);
        var contextResult = await agentBay.Context.GetAsync("my-project", create: true);
        var existingContextResult = await agentBay.Context.GetAsync("my-project", create: false);

        Assert.False(before.Success);
        Assert.Null(before.Context);
        Assert.Contains("'my-project'", before.ErrorMessage, StringComparison.Ordinal);
        Assert.True(contextResult.Success);
        Assert.Equal(contextResult.Context.Id, existingContextResult.Context.Id);
        Assert.Equal(contextResult.Context.CreatedAt, existingContextResult.Context.CreatedAt);
    }

    [Theory, OnEveryStore]
    public async Task Contexts_are_listed_page_by_page(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        foreach (string name in (string[])["a", "b", "c", "d", "e"])
        {
            await box.ContextAsync(name);
        }

        var contextsResult = await agentBay.Context.ListAsync();
        Assert.Equal((true, 5, 5, 10), (contextsResult.Success, contextsResult.TotalCount, contextsResult.Contexts.Count, contextsResult.MaxResults));

        var @params = new ContextListParams { MaxResults = 2 };
        var result = await agentBay.Context.ListAsync(@params);
        List<string> names = [.. result.Contexts.Select(context => context.Name)];
        Assert.Equal(5, result.TotalCount);
        while (result.NextToken is not null)
        {
            @params = new ContextListParams { MaxResults = 2, NextToken = result.NextToken };
            result = await agentBay.Context.ListAsync(@params);
            Assert.True(result.Success, result.ErrorMessage);
            names.AddRange(result.Contexts.Select(context => context.Name));
        }

        Assert.Equal(["a", "b", "c", "d", "e"], names.Order());
    }

    [Theory, OnEveryStore]
    public async Task A_context_is_found_by_its_id(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();

        var found = await box.Client.Context.GetAsync(contextId: context.Id);
        var missing = await box.Client.Context.GetAsync(contextId: "SdkCtx-123abc456def");

        Assert.Equal("my-project", found.Context.Name);
        Assert.False(missing.Success);
        Assert.Contains("SdkCtx-123abc456def", missing.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory, OnEveryStore]
    public async Task A_context_gets_another_name_and_keeps_its_id(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        await box.ContextAsync("old-name");
        await box.ContextAsync("taken");

        var context = (await agentBay.Context.GetAsync(name: "old-name", create: false)).Context;
        var updateResult = await agentBay.Context.UpdateAsync(context with { Name = "new-name" });
        var refused = await agentBay.Context.UpdateAsync(context with { Name = "taken" });

        Assert.True(updateResult.Success, updateResult.ErrorMessage);
        Assert.Equal(context.Id, (await agentBay.Context.GetAsync("new-name")).ContextId);
        Assert.False((await agentBay.Context.GetAsync("old-name")).Success);
        Assert.Contains("'taken'", refused.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory, OnEveryStore]
    public async Task A_deleted_context_is_gone(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        await box.ContextAsync();

        var contextToDelete = (await agentBay.Context.GetAsync("my-project", create: false)).Context;
        Assert.NotNull(contextToDelete);
        var deleteResult = await agentBay.Context.DeleteAsync(contextToDelete);

        Assert.True(deleteResult.Success, deleteResult.ErrorMessage);
        Assert.Null((await agentBay.Context.GetAsync("my-project", create: false)).Context);
        Assert.False((await agentBay.Context.DeleteAsync(contextToDelete)).Success);
    }

    [Fact]
    public async Task A_context_is_asked_for_by_name_or_id_and_made_by_name()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);

        var neither = await Assert.ThrowsAsync<ArgumentException>(() => box.Client.Context.GetAsync());
        var both = await Assert.ThrowsAsync<ArgumentException>(() => box.Client.Context.GetAsync(contextId: "SdkCtx-1", create: true));

        Assert.Equal("Either 'name' or 'context_id' must be provided", neither.Message);
        Assert.Equal("Cannot create context using context_id. Use 'name' parameter when create=True", both.Message);
    }

    [Fact]
    public async Task A_name_that_no_context_may_have_is_a_result()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);

        var result = await box.Client.Context.GetAsync(" my-project", create: true);

        Assert.False(result.Success);
        Assert.Contains("begins or ends with a space", result.ErrorMessage, StringComparison.Ordinal);
    }
}
