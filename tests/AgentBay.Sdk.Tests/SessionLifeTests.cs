using System.Diagnostics;
using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;
using AgentBay.Testing;

namespace AgentBay.Sdk.Tests;

/// <summary>How sessions begin and end, beyond the guide.</summary>
[Collection(MachineCollection.Name)]
public sealed class SessionLifeTests(Machine machine)
{
    [Fact]
    public async Task When_one_context_cannot_be_mounted_none_is()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context first = await box.ContextAsync("first"), second = await box.ContextAsync("second");
        string taken = Directory.CreateDirectory(box.At("/tmp/taken")).FullName;
        await File.WriteAllTextAsync($"{taken}/file", "in the way");

        var result = await box.Client.CreateAsync(new CreateSessionParams
        {
            ContextSyncs = [ContextSync.New(first.Id, box.At("/tmp/first")), ContextSync.New(second.Id, taken)],
        });

        Assert.False(result.Success);
        Assert.Contains("is not empty", result.ErrorMessage, StringComparison.Ordinal);
        Session again = await box.SessionAsync(ContextSync.New(first.Id, box.At("/tmp/first")));
        await again.DeleteAsync();
    }

    [Fact]
    public async Task Two_contexts_are_two_folders_and_each_is_synced_by_itself()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context first = await box.ContextAsync("first"), second = await box.ContextAsync("second");
        string one = box.At("/tmp/one"), two = box.At("/tmp/two");
        Session session = await box.SessionAsync(ContextSync.New(first.Id, one), ContextSync.New(second.Id, two));
        await session.FileSystem.WriteFileAsync($"{one}/a", "1");
        await session.FileSystem.WriteFileAsync($"{two}/b", "2");

        var synced = await session.Context.SyncAsync(first.Id, one);
        var unknown = await session.Context.SyncAsync(first.Id, two);

        Assert.True(synced.Success, synced.ErrorMessage);
        Assert.Equal([new("a", "1")], await box.StoredAsync(first));
        Assert.Equal([first.Id], (await session.Context.InfoAsync(taskType: SyncMode.Upload)).ContextStatusData.Select(row => row.ContextId));
        Assert.Contains($"at {two}", unknown.ErrorMessage, StringComparison.Ordinal);
        (await session.DeleteAsync(syncContext: true)).EnsureSuccess();
        Assert.Equal([new("b", "2")], await box.StoredAsync(second));
    }

    [Fact]
    public async Task A_folder_in_use_keeps_the_session_until_its_user_has_ended()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        using Process user = Process.Start(new ProcessStartInfo("cat") { WorkingDirectory = box.At("/tmp/data"), RedirectStandardInput = true })!;

        var refused = await session.DeleteAsync();
        var written = await session.FileSystem.WriteFileAsync($"{box.At("/tmp/data")}/still", "works");
        user.StandardInput.Close();
        await Eventually.EndsAsync(user);
        var deleted = await session.DeleteAsync(syncContext: true);

        Assert.Contains($"in use by process {user.Id} (cat)", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.True(written.Success, written.ErrorMessage);
        Assert.True(deleted.Success, deleted.ErrorMessage);
        Assert.Equal([new("still", "works")], await box.StoredAsync(context));
    }

    [Fact]
    public async Task After_its_end_a_session_writes_nothing_below_the_folder()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        await session.DeleteAsync();

        var written = await session.FileSystem.WriteFileAsync($"{box.At("/tmp/data")}/late", "lost");
        var synced = await session.Context.SyncAsync();
        var again = await session.DeleteAsync();

        Assert.Contains("was deleted", written.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("was deleted", synced.ErrorMessage, StringComparison.Ordinal);
        Assert.True(again.Success, again.ErrorMessage);
        Assert.Empty(Directory.EnumerateFileSystemEntries(box.At("/tmp/data")));
    }

    [Fact]
    public async Task Await_using_ends_a_session_with_everything_in_the_store()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();

        await using (Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data"))))
        {
            await session.FileSystem.WriteFileAsync($"{box.At("/tmp/data")}/a", "1");
        }

        Assert.Equal([new("a", "1")], await box.StoredAsync(context));
    }

    [Fact]
    public async Task A_session_goes_on_when_its_client_is_gone()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));

        await box.Client.DisposeAsync();
        await File.WriteAllTextAsync($"{box.At("/tmp/data")}/after", "kept", TestContext.Current.CancellationToken);
        (await session.DeleteAsync(syncContext: true)).EnsureSuccess();

        Assert.Equal([new("after", "kept")], await box.StoredAsync(context));
    }

    [Fact]
    public async Task When_a_mount_s_process_was_killed_the_session_says_so_and_the_next_one_has_everything()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        var sync = ContextSync.New(context.Id, box.At("/tmp/data"));
        Session session = await box.SessionAsync(sync);
        await session.FileSystem.WriteFileAsync($"{sync.Path}/a", "1");
        await box.KillMountsAsync();

        var read = await session.FileSystem.ReadFileAsync($"{sync.Path}/a");
        var synced = await session.Context.SyncAsync();
        var deleted = await session.DeleteAsync(syncContext: true);
        Session next = await box.SessionAsync(sync);
        var found = await next.FileSystem.ReadFileAsync($"{sync.Path}/a");
        await next.DeleteAsync();

        Assert.False(read.Success);
        Assert.Contains("is gone", synced.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("was gone", deleted.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("1", found.Content);
    }

    [Fact]
    public async Task A_dead_mount_that_cannot_be_cleared_stays_the_session_s()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        Session session = await box.SessionAsync(ContextSync.New(context.Id, box.At("/tmp/data")));
        await box.KillMountsAsync();
        DeleteResult refused;
        using (StateFolder? held = StateFolder.TryOpen(Directory.GetDirectories(box.Cache).Single()))
        {
            Assert.NotNull(held);
            refused = await session.DeleteAsync();
        }

        var deleted = await session.DeleteAsync();

        Assert.Contains("holds the mount", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.True(deleted.Success, deleted.ErrorMessage);
        Assert.True(Directory.Exists(box.At("/tmp/data")));
    }

    [Fact]
    public async Task A_mount_that_is_given_up_leaves_none()
    {
        await using SdkBox box = await machine.BoxAsync(StoreKind.Embedded);
        Context context = await box.ContextAsync();
        var parameters = new CreateSessionParams { ContextSyncs = [ContextSync.New(context.Id, box.At("/tmp/data"))] };
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => box.Client.CreateAsync(parameters, cancelled.Token));

        Session session = (await box.Client.CreateAsync(parameters, TestContext.Current.CancellationToken)).EnsureSuccess().Session;
        await session.DeleteAsync();
    }
}
