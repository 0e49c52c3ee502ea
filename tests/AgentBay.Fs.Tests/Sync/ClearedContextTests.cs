using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>A context that is cleared or deleted while it is mounted here.</summary>
public class ClearedContextTests
{
    [Fact]
    public async Task Nothing_is_brought_back_into_a_context_that_was_cleared_elsewhere()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("old", "stored before");
        await mirror.FlushCleanAsync();
        await mirror.ClearElsewhereAsync();
        await mirror.WriteAsync("new", "written after");
        await mirror.AppendAsync("old", " and changed");

        FlushReport report = await mirror.FlushAsync();

        Assert.Equal(["new", "old"], report.Remaining.Select(change => change.Path.ToString()).Order());
        Assert.All(report.Remaining, change => Assert.Contains("was cleared at 20", change.Error, StringComparison.Ordinal));
        Assert.Empty(mirror.Keys());
        Assert.Equal("written after", await mirror.ReadAsync("new"));
    }

    [Fact]
    public async Task Nothing_is_brought_back_into_a_context_that_was_deleted_elsewhere()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.DeleteElsewhereAsync();
        await mirror.WriteAsync("new", "written after");

        PendingChange left = Assert.Single((await mirror.FlushAsync()).Remaining);

        Assert.Contains("was deleted: nothing that is written here is stored any more", left.Error, StringComparison.Ordinal);
        Assert.Empty(mirror.Memory.Keys);
    }

    [Fact]
    public async Task Fsync_fails_once_the_context_was_cleared()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.ClearElsewhereAsync();

        FsException failure = await Assert.ThrowsAsync<FsException>(() => mirror.FsyncAsync("a"));

        Assert.Equal(FsError.Stale, failure.Error);
    }

    [Fact]
    public async Task An_upload_that_a_clear_overtakes_is_taken_back()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.WriteAsync("b", "two");
        bool cleared = false;
        mirror.Store.BeforeCall = async (call, _) =>
        {
            if (call.Call == StoreCall.Put && !cleared)
            {
                cleared = true;
                await mirror.ClearElsewhereAsync(); // Takes longer than an answer counts.
            }
        };

        Assert.Equal(2, (await mirror.FlushAsync()).Remaining.Count);
        Assert.Empty(mirror.Keys());

        Assert.Equal(2, (await mirror.FlushAsync()).Remaining.Count);
        await mirror.RemountAsync();
        Assert.Equal(["a", "b"], Directory.GetFiles(mirror.KeptAside!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_deadline_does_not_keep_what_a_clear_overtook_from_being_taken_back()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.WriteAsync("b", "two");
        int puts = 0;
        mirror.Store.BeforeCall = async (call, token) =>
        {
            if (call.Call == StoreCall.Put && Interlocked.Increment(ref puts) == 1)
            {
                await mirror.ClearElsewhereAsync(); // Takes longer than an answer counts.
            }
            else if (call.Call == StoreCall.Put)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
        };
        using var deadline = new CancellationTokenSource();

        Task<FlushReport> flush = mirror.FlushAsync(deadline.Token);
        await Eventually.HappensAsync(() => Task.FromResult(mirror.Session.Status.PendingFiles == 1), TestContext.Current.CancellationToken);
        await deadline.CancelAsync();

        Assert.True((await flush).IsContextLost);
        Assert.Empty(mirror.Keys());
    }

    [Fact]
    public async Task What_others_stored_after_the_clear_is_not_taken_back()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "the same");
        mirror.Store.BeforeCall = async (call, _) =>
        {
            if (call.Call == StoreCall.Put)
            {
                mirror.Store.BeforeCall = null;
                await mirror.ClearElsewhereAsync();
                mirror.At("Upload.put", () => mirror.PutForeignAsync("a", "the same").Wait());
            }
        };

        Assert.Single((await mirror.FlushAsync()).Remaining);

        Assert.Equal("the same", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_store_that_does_not_say_is_asked_again()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        mirror.Store.Fail(StoreCall.Get, kind: StoreErrorKind.Busy);

        await mirror.FlushCleanAsync();

        Assert.Equal(["a"], mirror.Keys());
    }

    [Fact]
    public async Task Many_flushes_in_a_moment_ask_once()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        foreach (int i in Enumerable.Range(0, 20))
        {
            await mirror.WriteAsync($"f{i}", "x");
            _ = await mirror.FsyncAsync($"f{i}");
        }

        Assert.Equal(1, mirror.Store.Count(StoreCall.Get));
    }

    [Fact]
    public async Task The_next_mount_is_empty_and_keeps_aside_what_was_not_in_the_store()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.WriteAsync("d/stored", "in the store");
        await mirror.WriteAsync("stored and changed", "one");
        await mirror.SymlinkAsync("nowhere", "link");
        await mirror.FlushCleanAsync();
        await mirror.ClearElsewhereAsync();
        await mirror.AppendAsync("stored and changed", ", two");
        await mirror.WriteAsync("d/new", "new");
        _ = await mirror.FlushAsync();

        await mirror.RemountAsync();

        Assert.Empty(await mirror.TreeAsync());
        await mirror.FlushCleanAsync();
        Assert.Empty(mirror.Keys());
        Assert.Equal(
            ["d/new: new", "stored and changed: one, two"],
            Directory.GetFiles(mirror.KeptAside!, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => $"{Path.GetRelativePath(mirror.KeptAside!, file)}: {File.ReadAllText(file)}"));
    }

    [Fact]
    public async Task Where_all_was_in_the_store_nothing_is_kept_aside()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();
        Assert.Equal(["a"], await mirror.ListAsync("")); // A placeholder.
        await mirror.ClearElsewhereAsync();

        await mirror.RemountAsync();

        Assert.Null(mirror.KeptAside);
        Assert.Empty(await mirror.TreeAsync());
        await mirror.WriteAsync("a", "two");
        await mirror.FlushCleanAsync();
        Assert.Equal("two", await mirror.StoredAsync("a"));
    }
}
