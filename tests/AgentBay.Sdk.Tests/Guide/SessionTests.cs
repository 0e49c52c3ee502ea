using AgentBay.Fs.Control;
using AgentBay.Testing;

namespace AgentBay.Sdk.Tests.Guide;

/// <summary>The guide's "Context with Sessions" and "Session Deletion and Sync Timing".</summary>
[Collection(MachineCollection.Name)]
public sealed class SessionTests(Machine machine)
{
    [Theory, OnEveryStore]
    public async Task Data_is_persisted_across_sessions(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        AgentBayClient agentBay = box.Client;
        string data = box.At("/tmp/data");

        var contextResult = await agentBay.Context.GetAsync("my-project", create: true);
        Assert.True(contextResult.Success, contextResult.ErrorMessage);
        var contextSync = ContextSync.New(contextId: contextResult.Context.Id, path: data);

        // === Session 1: Write data ===
        var @params = new CreateSessionParams { ContextSyncs = [contextSync] };
        var session1Result = await agentBay.CreateAsync(@params);
        Assert.True(session1Result.Success, session1Result.ErrorMessage);
        var session1 = session1Result.Session;
        await session1.FileSystem.WriteFileAsync($"{data}/config.json", """{"version": "1.0", "app": "demo"}""");
        await session1.FileSystem.WriteFileAsync($"{data}/user_data.txt", "User preferences and settings");
        await agentBay.DeleteAsync(session1, syncContext: true);

        // === Session 2: Read persisted data ===
        var session2Result = await agentBay.CreateAsync(@params);
        Assert.True(session2Result.Success, session2Result.ErrorMessage);
        var session2 = session2Result.Session;
        Assert.NotEqual(session1.SessionId, session2.SessionId);
        var configResult = await session2.FileSystem.ReadFileAsync($"{data}/config.json");
        var userDataResult = await session2.FileSystem.ReadFileAsync($"{data}/user_data.txt");
        Assert.Equal("""{"version": "1.0", "app": "demo"}""", configResult.Content);
        Assert.Equal("User preferences and settings", userDataResult.Content);
        await agentBay.DeleteAsync(session2);
    }

    [Theory, OnEveryStore]
    public async Task Deleting_with_sync_returns_when_everything_is_in_the_store(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        await session.FileSystem.WriteFileAsync($"{box.At("/tmp/data")}/config.json", "{}");

        var deleted = await box.Client.DeleteAsync(session, syncContext: true);

        Assert.True(deleted.Success, deleted.ErrorMessage);
        Assert.Equal([new("config.json", "{}")], await box.StoredAsync(context));
    }

    /// <summary>The guide warns of a race here; there is none.</summary>
    [Theory, OnEveryStore]
    public async Task Deleting_without_sync_loses_nothing_and_the_next_session_sees_all(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        var contextSync = ContextSync.New(context.Id, box.At("/tmp/data"));
        Session session = await box.SessionAsync(contextSync);
        for (int i = 0; i < 200; i++)
        {
            await session.FileSystem.WriteFileAsync($"{contextSync.Path}/{i}.txt", $"{i}");
        }

        var deleted = await box.Client.DeleteAsync(session);
        Assert.True(deleted.Success, deleted.ErrorMessage);
        Assert.Empty(Directory.EnumerateFileSystemEntries(contextSync.Path)); // The folder is unmounted, whatever is still on its way.
        Session next = await box.SessionAsync(contextSync);

        Assert.Equal(200, (await next.FileSystem.ListDirectoryAsync(contextSync.Path)).Entries.Count);
        Assert.Equal(200, (await box.StoredAsync(context)).Count);
        await next.DeleteAsync(syncContext: true);
    }

    [Theory, OnEveryStore]
    public async Task A_sync_before_the_end_brings_large_data_to_the_store(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        string largeContent = new('x', 20 << 20);

        await session.FileSystem.WriteFileAsync($"{box.At("/tmp/data")}/large_file.bin", largeContent);
        var syncResult = await session.Context.SyncAsync(); // Explicit sync with no timeout limit

        Assert.True(syncResult.Success, syncResult.ErrorMessage);
        Assert.Equal(largeContent.Length, (await box.StoredAsync(context))["large_file.bin"].Length);
        await box.Client.DeleteAsync(session); // Safe to delete now
    }

    [Theory, OnEveryStore]
    public async Task A_finished_sync_is_a_row_of_info(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        ContextStatusData downloaded = null!;
        await Eventually.HappensAsync(
            async () => (downloaded = Assert.Single((await session.Context.InfoAsync()).ContextStatusData)).Status != SyncTaskStatus.Pending, TestContext.Current.CancellationToken);
        Assert.Equal((SyncTaskStatus.Success, SyncMode.Download), (downloaded.Status, downloaded.TaskType));

        await session.Context.SyncAsync();
        var contextInfo = await session.Context.InfoAsync(taskType: SyncMode.Upload);

        var status = Assert.Single(contextInfo.ContextStatusData);
        Assert.Equal(
            (context.Id, box.At("/tmp/data"), SyncTaskStatus.Success, SyncMode.Upload, null),
            (status.ContextId, status.Path, status.Status, status.TaskType, status.ErrorMessage));
        Assert.True(status.StartTime <= status.FinishTime);
        Assert.Equal([downloaded], (await session.Context.InfoAsync(taskType: SyncMode.Download)).ContextStatusData);
        await session.DeleteAsync();
    }
}
