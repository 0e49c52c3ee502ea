using AgentBay.Fs.Keys;
using AgentBay.Fs.Sync;
using AgentBay.Fs.Tests.Sync;
using AgentBay.ObjectStore;
using AgentBay.Testing;
using Microsoft.Data.Sqlite;

namespace AgentBay.Fs.Tests.Mirror;

public sealed class HydratorTests
{
    [Fact]
    public async Task A_placeholder_has_its_full_size_and_no_blocks_but_for_its_mark()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", new string('x', 100_000)));

        Assert.Equal(100_000, mirror.Stat("a")!.Value.Size);
        Assert.InRange(mirror.Stat("a")!.Value.Blocks, 0, 8);
    }

    [Fact]
    public async Task Sixteen_readers_share_one_download()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        (Task entered, TaskCompletionSource gate) = HoldGet(mirror);
        Task[] readers = [.. Enumerable.Range(0, 16).Select(_ => mirror.HydrateAsync("a"))];
        await entered;

        gate.SetResult();
        await Task.WhenAll(readers);

        Assert.Equal(1, mirror.Count(StoreCall.Get));
        Assert.Equal("hello", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_reader_that_gives_up_does_not_end_the_download_of_the_others()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        (Task entered, TaskCompletionSource gate) = HoldGet(mirror);
        using var impatient = new CancellationTokenSource();
        Task first = mirror.HydrateAsync("a", impatient.Token);
        Task second = mirror.HydrateAsync("a");
        await entered;
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        gate.SetResult();
        await second;

        Assert.False(mirror.IsPlaceholder("a"));
    }

    [Fact]
    public async Task A_hydrated_file_keeps_inode_and_time()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        (ulong inode, long time) = (mirror.Stat("a")!.Value.Inode, mirror.Stat("a")!.Value.ModifyTimeNs);

        _ = await mirror.ReadAsync("a");

        Assert.Equal((inode, time), (mirror.Stat("a")!.Value.Inode, mirror.Stat("a")!.Value.ModifyTimeNs));
    }

    [Fact]
    public async Task A_read_makes_nothing_dirty()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        _ = await mirror.ReadAsync("a");
        _ = mirror.NewCalls();

        await mirror.FlushCleanAsync();
        await mirror.KillAsync();
        await mirror.FlushCleanAsync();

        Assert.Empty(mirror.NewCalls().Except([$"List {new ContextKeys(TestMirror.Prefix, 1023).Aside("")}"]));
    }

    [Fact]
    public async Task Bytes_that_are_not_the_stored_ones_are_refused_and_the_file_stays_a_placeholder()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        ObjectInfo info = (await mirror.Memory.HeadAsync(TestMirror.Prefix + "a", CancellationToken.None))!;
        var lying = new Dictionary<string, string>(info.Metadata) { ["sha256"] = ContentHash.Of("other"u8) };
        await mirror.Memory.PutAsync(TestMirror.Prefix + "a", "hello"u8.ToArray(), new PutOptions { Metadata = lying }, CancellationToken.None);

        FsException error = await Assert.ThrowsAsync<FsException>(() => mirror.HydrateAsync("a"));

        Assert.Equal(FsError.Corrupt, error.Error);
        Assert.True(mirror.IsPlaceholder("a"));
    }

    [Theory]
    [InlineData("replaced")]
    [InlineData(null)]
    public async Task An_object_that_was_replaced_or_deleted_is_an_error_and_the_file_stays_a_placeholder(string? content)
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        await (content is null ? mirror.DeleteForeignAsync("a") : mirror.PutForeignAsync("a", content));

        FsException error = await Assert.ThrowsAsync<FsException>(() => mirror.HydrateAsync("a"));

        Assert.Equal(FsError.Stale, error.Error);
        Assert.True(mirror.IsPlaceholder("a"));
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_an_error_and_the_next_read_succeeds()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        mirror.Store.BreakBody(2);
        FsException error = await Assert.ThrowsAsync<FsException>(() => mirror.HydrateAsync("a"));
        Assert.Equal(FsError.StoreUnavailable, error.Error);

        Assert.Equal("hello", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_placeholder_whose_download_failed_is_one_after_a_clean_remount()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        mirror.Store.IsDown = true;
        _ = await Assert.ThrowsAsync<FsException>(() => mirror.HydrateAsync("a"));
        mirror.Store.IsDown = false;
        await mirror.RemountAsync();
        await mirror.FillAsync("");

        Assert.True(mirror.IsPlaceholder("a"));
        Assert.Equal("hello", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_download_that_is_going_on_when_the_mount_ends_leaves_a_placeholder()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        (Task entered, _) = HoldGet(mirror);
        Task reader = mirror.HydrateAsync("a");
        await entered;
        await mirror.RemountAsync();
        _ = await Record.ExceptionAsync(() => reader);
        mirror.Store.BeforeCall = null;
        await mirror.FillAsync("");

        Assert.True(mirror.IsPlaceholder("a"));
        Assert.Equal("hello", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_file_renamed_between_question_and_download_is_read()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));
        ulong inode = mirror.Stat("a")!.Value.Inode;
        await mirror.RenameAsync("a", "b");
        Task outdated = mirror.Host.HydrateAsync(TestMirror.PathOf("a"), inode, CancellationToken.None).AsTask();
        Task current = mirror.Host.HydrateAsync(TestMirror.PathOf("b"), inode, CancellationToken.None).AsTask();

        await current;
        _ = await Record.ExceptionAsync(() => outdated);

        Assert.Equal("hello", await mirror.ReadAsync("b"));
    }

    [Fact]
    public async Task An_overwritten_placeholder_is_never_downloaded()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "hello"));

        await mirror.WriteAsync("a", "new");
        await mirror.FlushCleanAsync();

        Assert.Equal(0, mirror.Count(StoreCall.Get));
        Assert.Equal("new", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_large_file_comes_in_blocks_and_whole()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(SyncEngineTests.Small, SyncEngineTests.SmallParts());
        byte[] bytes = SyncEngineTests.Bytes(90_000);
        await mirror.WriteAsync("a", bytes);
        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();

        await mirror.HydrateAsync("a");

        Assert.Equal(5, mirror.Count(StoreCall.Get));
        Assert.Equal(bytes, mirror.ReadNow("a"));
    }

    [Fact]
    public async Task A_foreign_object_is_checked_by_its_ETag()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.PutForeignAsync("a", "foreign");
        await mirror.PutForeignAsync("empty", "");

        Assert.Equal(("foreign", ""), (await mirror.ReadAsync("a"), await mirror.ReadAsync("empty")));
    }

    /// <summary>On ext4 a number comes again soon; here the index is told that it did.</summary>
    [Fact]
    public async Task A_file_on_the_inode_number_of_a_deleted_one_changes_nothing_of_what_is_known_of_that()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "old bytes"), ("b", "new bytes"));
        await mirror.RemountAsync(state =>
        {
            using var index = new SqliteConnection($"Data Source={Path.Combine(state, "index.db")};Pooling=False");
            index.Open();
            using SqliteCommand command = index.CreateCommand();
            command.CommandText = "UPDATE baseline SET inode = (SELECT inode FROM baseline WHERE path = CAST('b' AS BLOB)) WHERE path = CAST('a' AS BLOB)";
            Assert.Equal(1, command.ExecuteNonQuery());
        });
        await mirror.FillAsync("");
        await mirror.DeleteAsync("a");

        await mirror.WriteAsync("a", await mirror.ReadAsync("b"));
        await mirror.FlushCleanAsync();

        Assert.Equal("new bytes", await mirror.StoredAsync("a"));
    }

    /// <summary>Holds the next GETs until the gate opens.</summary>
    private static (Task Entered, TaskCompletionSource Gate) HoldGet(TestMirror mirror)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mirror.Store.BeforeCall = async (call, token) =>
        {
            if (call.Call == StoreCall.Get)
            {
                entered.TrySetResult();
                await gate.Task.WaitAsync(token);
            }
        };
        return (entered.Task, gate);
    }
}
