using AgentBay.Testing;

namespace AgentBay.Sdk.Tests.Guide;

/// <summary>The guide's chapter "Core Concepts".</summary>
[Collection(MachineCollection.Name)]
public sealed class CoreConceptsTests(Machine machine)
{
    [Theory, OnEveryStore]
    public async Task A_context_has_a_name_and_an_id(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;

        var contextResult = await agentBay.Context.GetAsync("my-storage-box", create: true);
        var context = contextResult.Context;

        Assert.Equal("my-storage-box", context.Name);
        Assert.StartsWith("SdkCtx-", context.Id, StringComparison.Ordinal);
        Assert.Equal(context.Id, contextResult.ContextId);
        Assert.NotEmpty(contextResult.RequestId);
    }

    [Theory, OnEveryStore]
    public async Task What_is_written_to_a_context_is_there_in_a_later_session(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        string persistent = box.At("/tmp/persistent");

        var context = (await agentBay.Context.GetAsync("my-storage", create: true)).Context;
        var contextSync = ContextSync.New(context.Id, persistent);

        var session2 = (await agentBay.CreateAsync(new CreateSessionParams { ContextSyncs = [contextSync] })).EnsureSuccess().Session;
        await session2.FileSystem.WriteFileAsync($"{persistent}/data.txt", "Important data");
        Assert.True((await agentBay.DeleteAsync(session2, syncContext: true)).Success);

        var session3 = (await agentBay.CreateAsync(new CreateSessionParams { ContextSyncs = [contextSync] })).EnsureSuccess().Session;
        var content = await session3.FileSystem.ReadFileAsync($"{persistent}/data.txt");
        Assert.Equal("Important data", content.Content);
        await agentBay.DeleteAsync(session3);
    }

    [Fact]
    public async Task A_session_without_contexts_is_this_machine_and_keeps_nothing()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        AgentBayClient agentBay = box.Client;

        var session1 = (await agentBay.CreateAsync()).Session;
        var written = await session1.FileSystem.WriteFileAsync($"{box.Folder}/data.txt", "Important data");
        var deleted = await agentBay.DeleteAsync(session1);

        Assert.True(written.Success && deleted.Success);
        Assert.Equal(0, (await agentBay.Context.ListAsync()).TotalCount);
    }

    [Theory, OnEveryStore]
    public async Task All_changes_of_a_session_are_objects_below_the_context_s_id(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        string persistent = box.At("/tmp/persistent");

        Session session = await box.SessionAsync(ContextSync.New(context.Id, persistent));
        await session.FileSystem.CreateDirectoryAsync($"{persistent}/logs");
        await session.FileSystem.WriteFileAsync($"{persistent}/file1.txt", "1");
        await session.FileSystem.WriteFileAsync($"{persistent}/logs/app.log", "2");
        await session.DeleteAsync(syncContext: true);

        Assert.Equal([new("file1.txt", "1"), new("logs/app.log", "2")], await box.StoredAsync(context));
    }
}
