using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>What can be asked of a mount while it runs.</summary>
public sealed class InspectionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_path_is_pending_since_its_first_change_and_synced_after_a_flush()
    {
        var time = TestMirror.NewTime();
        await using TestMirror mirror = await TestMirror.OpenAsync(new MountSessionOptions { Time = time });
        await mirror.MakeFolderAsync("d");
        DateTimeOffset first = time.GetUtcNow();
        await mirror.WriteAsync("d/a", "1");
        time.Advance(TimeSpan.FromMinutes(1));
        await mirror.WriteAsync("d/a", "2");

        PathStatus pending = Look(mirror, "d/a");
        Assert.Equal((PathSyncState.Pending, first), (pending.State, pending.PendingSince));
        Assert.Equal(1, Look(mirror, "d").PendingBelow);

        await mirror.FlushCleanAsync();

        Assert.Equal(PathSyncState.Synced, Look(mirror, "d/a").State);
        Assert.Equal(PathSyncState.Synced, Look(mirror, "").State);
        Assert.Null(mirror.Session.Look(TreePath.Parse("d/none")));
    }

    [Fact]
    public async Task A_file_that_is_open_for_writing_is_pending_and_one_that_was_never_read_is_not_here()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "1");
        await mirror.FlushCleanAsync();
        using (mirror.BeginWriting("a"))
        {
            Assert.Equal(PathSyncState.Pending, Look(mirror, "a").State);
        }

        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();
        await mirror.FillAsync("");

        Assert.Equal((PathSyncState.Synced, false), (Look(mirror, "a").State, Look(mirror, "a").IsHere));
        Assert.Equal(0, mirror.Session.Status.CacheBytes);
        _ = await mirror.ReadAsync("a");
        Assert.True(Look(mirror, "a").IsHere);
        Assert.Equal(1, mirror.Session.Status.CacheBytes);
    }

    [Fact]
    public async Task A_failure_stays_with_its_path_until_it_is_acknowledged_or_stored()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "1");
        await mirror.WriteAsync("b", "2");
        mirror.Store.BeforeCall = (call, _) => call.Call == StoreCall.Put && call.Key.EndsWith("/a", StringComparison.Ordinal)
            ? Task.FromException(new StoreException(StoreErrorKind.AccessDenied, "denied"))
            : Task.CompletedTask;

        Assert.Equal("a", Assert.Single((await mirror.FlushAsync(Cancel)).Remaining).Path.ToString());
        Assert.Equal((PathSyncState.Failed, "denied"), (Look(mirror, "a").State, Look(mirror, "a").LastError));
        Assert.Equal(PathSyncState.Synced, Look(mirror, "b").State);

        Assert.False(mirror.Session.Acknowledge(TreePath.Parse("b")));
        Assert.True(mirror.Session.Acknowledge(TreePath.Parse("a")));
        Assert.Equal((true, 1), await mirror.FlushAsync(Cancel) switch { var report => (report.IsClean, report.Acknowledged) });
        Assert.Equal(PathSyncState.Failed, Look(mirror, "a").State);

        mirror.Store.BeforeCall = null;
        await mirror.RemountAsync();
        await mirror.FlushCleanAsync();
        Assert.Equal("1", await mirror.StoredAsync("a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_acknowledged_of_a_stored_file_holds_up_no_later_flush(bool deleted)
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "1");
        await mirror.FlushCleanAsync();
        await (deleted ? mirror.DeleteAsync("a") : mirror.WriteAsync("a", "22"));
        mirror.Store.BeforeCall = (call, _) => call.Call is StoreCall.Put or StoreCall.Delete && call.Key.EndsWith("/a", StringComparison.Ordinal)
            ? Task.FromException(new StoreException(StoreErrorKind.AccessDenied, "denied"))
            : Task.CompletedTask;
        Assert.Equal("a", Assert.Single((await mirror.FlushAsync(Cancel)).Remaining).Path.ToString());
        Assert.Equal((PathSyncState.Failed, "denied"), (Look(mirror, "a").State, Look(mirror, "a").LastError));

        Assert.True(mirror.Session.Acknowledge(TreePath.Parse("a")));
        await mirror.WriteAsync("b", "3");

        Assert.Empty((await mirror.FlushAsync(Cancel)).Remaining);
    }

    [Fact]
    public async Task A_read_that_failed_is_an_error_of_its_path_until_one_succeeds()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.PutForeignAsync("d/a", "1");
        _ = await mirror.ListAsync("");
        _ = await mirror.ListAsync("d");
        mirror.Store.BeforeCall = (call, _) => call.Call == StoreCall.Get && call.Key.EndsWith("/a", StringComparison.Ordinal)
            ? Task.FromException(new StoreException(StoreErrorKind.AccessDenied, "denied"))
            : Task.CompletedTask;
        _ = await Assert.ThrowsAsync<FsException>(() => mirror.ReadAsync("d/a"));

        Assert.Equal(PathSyncState.Synced, Look(mirror, "d/a").State);
        Assert.Contains("denied", Look(mirror, "d/a").LastError, StringComparison.Ordinal);
        Assert.StartsWith("d/a: ", mirror.Session.Status.LastError, StringComparison.Ordinal);

        mirror.Store.BeforeCall = null;
        _ = await mirror.ReadAsync("d/a");
        Assert.Equal((null, null), (Look(mirror, "d/a").LastError, mirror.Session.Status.LastError));
    }

    [Fact]
    public async Task While_a_pass_goes_on_what_it_stored_is_pending_no_more_and_what_failed_shows()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("refused", "1");
        await mirror.WriteAsync("slow", "22");
        await mirror.WriteAsync("stored", "333");
        var answer = new TaskCompletionSource();
        mirror.Store.BeforeCall = (call, token) => call.Call != StoreCall.Put ? Task.CompletedTask
            : call.Key.EndsWith("/slow", StringComparison.Ordinal) ? answer.Task.WaitAsync(token)
            : call.Key.EndsWith("/refused", StringComparison.Ordinal) ? Task.FromException(new StoreException(StoreErrorKind.AccessDenied, "denied"))
            : Task.CompletedTask;

        Task<FlushReport> flush = mirror.FlushAsync(Cancel);
        await Eventually.HappensAsync(() => Task.FromResult(mirror.Session.Status is { PendingFiles: 2, PendingBytes: 3, Failed.Count: 1 }), Cancel);

        Assert.Equal(
            [PathSyncState.Failed, PathSyncState.Pending, PathSyncState.Synced],
            new[] { "refused", "slow", "stored" }.Select(path => Look(mirror, path).State));
        answer.SetResult();
        Assert.Equal("refused", Assert.Single((await flush).Remaining).Path.ToString());
        Assert.Equal(PathSyncState.Synced, Look(mirror, "slow").State);
    }

    [Fact]
    public async Task What_was_stored_before_a_deadline_does_not_remain()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("slow", "1");
        await mirror.WriteAsync("stored", "2");
        mirror.Store.BeforeCall = (call, token) => call.Key.EndsWith("/slow", StringComparison.Ordinal) ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        using var deadline = new CancellationTokenSource();

        Task<FlushReport> flush = mirror.FlushAsync(deadline.Token);
        await Eventually.HappensAsync(() => Task.FromResult(mirror.Session.Status.PendingFiles == 1), Cancel);
        await deadline.CancelAsync();

        Assert.Equal("slow", Assert.Single((await flush).Remaining).Path.ToString());
    }

    [Fact]
    public async Task Conflicts_are_found_in_the_whole_context_also_on_a_machine_that_has_not_looked_into_their_folder()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.WriteAsync("d/a.txt", "base");
        await mirror.FlushCleanAsync();
        await mirror.PutForeignAsync("d/a.txt", "theirs");
        await mirror.WriteAsync("d/a.txt", "ours");
        await mirror.FlushCleanAsync();

        ConflictCopy copy = Assert.Single(await mirror.Session.FindConflictsAsync(Cancel));
        Assert.StartsWith("d/a.conflict-", copy.Path, StringComparison.Ordinal);
        Assert.Equal(6, copy.Size);
        Assert.Equal([copy.Path[2..]], Look(mirror, "d/a.txt").Conflicts);
        Assert.Equal(PathSyncState.Conflict, Look(mirror, "d/a.txt").State);
        Assert.Equal(PathSyncState.Conflict, Look(mirror, copy.Path).State);

        await mirror.RemountAfreshAsync();
        Assert.Equal(copy, Assert.Single(await mirror.Session.FindConflictsAsync(Cancel)));

        await mirror.DeleteAsync(copy.Path);
        Assert.Empty(await mirror.Session.FindConflictsAsync(Cancel));
        Assert.Equal(PathSyncState.Synced, Look(mirror, "d/a.txt").State);
    }

    [Fact]
    public async Task What_waits_longest_is_uploaded_first()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(SyncEngineTests.Small with { Concurrency = 1 });
        string[] names = ["m", "z", "a", "k", "b"];
        foreach (string name in names)
        {
            await mirror.WriteAsync(name, name);
        }

        await mirror.FlushCleanAsync();

        Assert.Equal(names, mirror.Store.Calls.Where(call => call.Call == StoreCall.Put).Select(call => call.Key[^1..]));
    }

    [Fact]
    public async Task A_file_that_stays_open_is_uploaded_on_a_timer_when_it_has_changed()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("open", "one");
        await mirror.FlushCleanAsync();
        using TestMirror.Writing writing = mirror.BeginWriting("open");
        mirror.WriteUnseen("open", "two", 0);

        await mirror.Session.FlushOpenFilesAsync();

        Assert.Equal("two", await mirror.StoredAsync("open"));
        int puts = mirror.Store.Calls.Count;
        await mirror.Session.FlushOpenFilesAsync();
        Assert.Equal(puts, mirror.Store.Calls.Count);
    }

    [Fact]
    public async Task What_a_kill_left_of_an_upload_is_taken_out_of_the_store_after_a_week_and_not_before()
    {
        var storeTime = new ManualTime();
        var store = new MemoryStore(time: storeTime);
        _ = await store.BeginMultipartAsync(TestMirror.Prefix + "old", new PutOptions(), Cancel);
        _ = await store.BeginMultipartAsync("contexts/SdkCtx-another0000000000000/old", new PutOptions(), Cancel);
        storeTime.Advance(StaleUploads.Age + TimeSpan.FromHours(1));
        _ = await store.BeginMultipartAsync(TestMirror.Prefix + "young", new PutOptions(), Cancel);
        await using TestMirror mirror = await TestMirror.OpenAsync(new MountSessionOptions { Time = storeTime }, store);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        end.CancelAfter(TimeSpan.FromMinutes(2)); // If it never happens.
        Task background = mirror.Session.RunAsync(end.Token);

        while ((await store.ListUploadsAsync("", end.Token)).Count == 3)
        {
            await Task.Yield();
        }

        await end.CancelAsync();
        await background;
        Assert.Equal(["contexts/SdkCtx-another0000000000000/old", TestMirror.Prefix + "young"], (await store.ListUploadsAsync("", Cancel)).Select(upload => upload.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_the_store_cannot_list_uploads_a_rule_takes_out_what_a_kill_left()
    {
        var storeTime = new ManualTime();
        var store = new MemoryStore(MemoryStore.Capable with { ListsUploads = false }, storeTime);
        _ = await store.BeginMultipartAsync(TestMirror.Prefix + "old", new PutOptions(), Cancel);
        storeTime.Advance(StaleUploads.Age);
        await using TestMirror mirror = await TestMirror.OpenAsync(new MountSessionOptions { Time = storeTime }, store);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        end.CancelAfter(TimeSpan.FromMinutes(2)); // If it never happens.
        Task background = mirror.Session.RunAsync(end.Token);
        while ((await store.ListUploadsAsync("", end.Token)).Count > 0)
        {
            await Task.Yield();
        }

        await end.CancelAsync();
        await background;
        Assert.Empty(await store.GetExpiryRulesAsync(Cancel));
    }

    private static PathStatus Look(TestMirror mirror, string path) => mirror.Session.Look(TreePath.Parse(path))!;
}
