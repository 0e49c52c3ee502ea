using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>Parts have 64 KiB here.</summary>
public sealed class LargeFileTests
{
    private const int Parts = 16;
    private const int Size = (Parts << 16) - 1000;

    [Fact]
    public async Task A_large_file_goes_up_in_parts()
    {
        await using var mirror = await TestMirror.OpenAsync(SyncEngineTests.Small, SyncEngineTests.SmallParts());
        byte[] bytes = SyncEngineTests.Bytes(230_000);
        await mirror.WriteAsync("a", bytes);

        await mirror.FlushCleanAsync();

        Assert.Equal(4, mirror.Store.Count(StoreCall.UploadPart));
        await mirror.RemountAfreshAsync();
        await mirror.HydrateAsync("a");
        Assert.Equal(bytes, mirror.ReadNow("a"));
    }

    [Fact]
    public async Task A_file_that_changes_once_during_its_upload_is_stored_whole()
    {
        await using var mirror = await TestMirror.OpenAsync(SyncEngineTests.Small, SyncEngineTests.SmallParts());
        await mirror.WriteAsync("a", new string('a', 150_000));
        mirror.At("Upload.part", () =>
        {
            using TestMirror.Writing writing = mirror.BeginWriting("a");
            mirror.WriteUnseen("a", "changed", 100_000);
        });

        await mirror.FlushCleanAsync();

        Assert.Equal("changed", (await mirror.StoredAsync("a"))!.Substring(100_000, 7));
    }

    [Theory]
    [InlineData("written here")]
    [InlineData("downloaded")]
    [InlineData("renamed")]
    [InlineData("chmod")]
    public async Task Of_a_large_file_only_the_parts_that_changed_are_sent_again(string state)
    {
        await using TestMirror mirror = await WithStoredAsync();
        string path = state == "renamed" ? "b" : "a";
        switch (state)
        {
            case "downloaded":
                await mirror.RemountAfreshAsync();
                await mirror.HydrateAsync(path);
                break;
            case "renamed":
                await mirror.RenameAsync("a", path);
                await mirror.FlushCleanAsync();
                break;
            case "chmod":
                await mirror.ChangeModeAsync(path, 0x1ED);
                await mirror.FlushCleanAsync();
                break;
            default:
                break;
        }

        (int sent, int copied) = (mirror.Count(StoreCall.UploadPart), mirror.Count(StoreCall.CopyPart));
        Change(mirror, path, 100_000);
        await mirror.FlushCleanAsync();

        Assert.Equal((1, Parts - 1), (mirror.Count(StoreCall.UploadPart) - sent, mirror.Count(StoreCall.CopyPart) - copied));
        await IsStoredAsItIsHereAsync(mirror, path);
    }

    [Fact]
    public async Task Of_a_large_file_that_became_longer_or_shorter_the_parts_before_that_are_copied()
    {
        await using TestMirror mirror = await WithStoredAsync();
        await mirror.AppendAsync("a", new string('x', 70_000));
        await mirror.FlushCleanAsync();
        Assert.Equal((Parts + 3, Parts - 1), (mirror.Count(StoreCall.UploadPart), mirror.Count(StoreCall.CopyPart)));
        await IsStoredAsItIsHereAsync(mirror, "a");

        await mirror.WriteAsync("a", mirror.ReadNow("a").AsMemory(0, 200_000));
        await mirror.FlushCleanAsync();

        Assert.Equal((Parts + 4, Parts - 1 + 3), (mirror.Count(StoreCall.UploadPart), mirror.Count(StoreCall.CopyPart)));
        await IsStoredAsItIsHereAsync(mirror, "a");
    }

    [Fact]
    public async Task Parts_of_a_version_that_another_session_replaced_are_not_copied()
    {
        await using TestMirror mirror = await WithStoredAsync();
        Change(mirror, "a", 100_000);
        await mirror.PutForeignAsync("a", "theirs");

        await mirror.FlushCleanAsync();

        string other = Assert.Single(mirror.Keys(), key => key != "a");
        Assert.Equal("theirs", await mirror.StoredAsync(other));
        await IsStoredAsItIsHereAsync(mirror, "a");
    }

    [Fact]
    public async Task An_upload_that_a_kill_cut_off_goes_on()
    {
        await using TestMirror mirror = await KilledInTheMiddleAsync();

        await mirror.FlushCleanAsync();

        Assert.Equal((Parts, 1), (mirror.Count(StoreCall.UploadPart), mirror.Count(StoreCall.BeginMultipart)));
        await IsStoredAsItIsHereAsync(mirror, "a");
    }

    [Fact]
    public async Task An_upload_that_the_store_cut_off_goes_on()
    {
        await using TestMirror mirror = await WithLargeAsync();
        mirror.Store.Fail(StoreCall.UploadPart, 7);

        _ = await mirror.FlushAsync();
        await mirror.FlushCleanAsync();

        Assert.Equal(1, mirror.Count(StoreCall.BeginMultipart));
        Assert.InRange(mirror.Count(StoreCall.UploadPart), Parts + 1, Parts + 4); // Those that were on their way with the failed one.
        await IsStoredAsItIsHereAsync(mirror, "a");
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("small")]
    [InlineData("touched")]
    [InlineData("deleted")]
    [InlineData("renamed")]
    public async Task An_upload_that_was_cut_off_is_of_no_use_when_its_file_is(string state)
    {
        await using TestMirror mirror = await KilledInTheMiddleAsync();
        switch (state)
        {
            case "changed":
                Change(mirror, "a", 10);
                break;
            case "small":
                await mirror.WriteAsync("a", "small");
                break;
            case "touched":
                await mirror.SetTimeAsync("a", 1_600_000_000_000_000_000);
                break;
            case "deleted":
                await mirror.DeleteAsync("a");
                break;
            default:
                await mirror.RenameAsync("a", "b");
                break;
        }

        await mirror.FlushCleanAsync();

        Assert.Empty(await mirror.Store.ListUploadsAsync("", CancellationToken.None));
        Assert.Equal(state switch { "deleted" => [], "renamed" => ["b"], _ => ["a"] }, mirror.Keys());
        if (state != "deleted")
        {
            await IsStoredAsItIsHereAsync(mirror, mirror.Keys()[0]);
        }
    }

    [Fact]
    public async Task An_upload_that_was_cut_off_and_removed_meanwhile_begins_anew()
    {
        await using TestMirror mirror = await KilledInTheMiddleAsync();
        PendingUpload begun = Assert.Single(await mirror.Store.ListUploadsAsync("", CancellationToken.None));
        await mirror.Store.AbortUploadAsync(begun.Key, begun.Id, CancellationToken.None);

        await mirror.FlushCleanAsync();

        Assert.Equal(2, mirror.Count(StoreCall.BeginMultipart));
        await IsStoredAsItIsHereAsync(mirror, "a");
    }

    [Fact]
    public async Task While_a_large_file_goes_up_what_is_in_the_store_shows_in_the_progress_and_in_the_rate()
    {
        await using var mirror = await TestMirror.OpenAsync(SyncEngineTests.NewSmall(), SyncEngineTests.SmallParts());
        await mirror.WriteAsync("a", SyncEngineTests.Bytes(2 << 16));
        var answer = new TaskCompletionSource();
        int parts = 0;
        mirror.Store.BeforeCall = (call, _) => call.Call == StoreCall.UploadPart && Interlocked.Increment(ref parts) == 2 ? answer.Task : Task.CompletedTask;
        var seen = new Seen();

        Task<FlushReport> flush = mirror.Session.FlushAsync(seen, TestContext.Current.CancellationToken);
        await Eventually.HappensAsync(() => Task.FromResult(seen.Last.BytesDone > 0), TestContext.Current.CancellationToken);

        Assert.Equal(new FlushProgress(0, 1, 1 << 16, 2 << 16), seen.Last);
        Assert.Equal((1 << 16) / 10, mirror.Session.Status.BytesPerSecond);
        answer.SetResult();
        Assert.Equal((1, 2L << 16), await flush switch { var report => (report.FilesDone, report.BytesDone) });
        Assert.Equal((2 << 16) / 10, mirror.Session.Status.BytesPerSecond);
    }

    [Fact]
    public async Task Of_a_large_file_whose_upload_fails_nothing_counts_as_done_and_what_is_there_when_it_goes_on_is_not_sent_again()
    {
        await using var mirror = await TestMirror.OpenAsync(SyncEngineTests.NewSmall(), SyncEngineTests.SmallParts());
        await mirror.WriteAsync("a", SyncEngineTests.Bytes(Size));
        mirror.Store.Fail(StoreCall.UploadPart, 7);
        var seen = new Seen();

        FlushReport report = await mirror.Session.FlushAsync(seen, TestContext.Current.CancellationToken);

        Assert.Equal((1, (long)Size), (report.FilesDone, report.BytesDone));
        Assert.Contains(seen.All.SkipWhile(at => at.BytesDone == 0), at => at.BytesDone == 0);
        Assert.DoesNotContain(seen.All, at => at.BytesDone > at.BytesTotal || at.BytesTotal > Size);
        Assert.True(mirror.Count(StoreCall.UploadPart) > Parts);
        Assert.Equal(Size / 10, mirror.Session.Status.BytesPerSecond);
    }

    [Fact]
    public async Task Parts_that_the_store_copies_are_done_and_are_not_sent()
    {
        await using var mirror = await TestMirror.OpenAsync(SyncEngineTests.NewSmall(), SyncEngineTests.SmallParts());
        await mirror.WriteAsync("a", SyncEngineTests.Bytes(Size));
        await mirror.FlushCleanAsync();
        Change(mirror, "a", 100_000);
        mirror.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((long)Size, (await mirror.FlushAsync()).BytesDone);

        Assert.Equal((1 << 16) / 10, mirror.Session.Status.BytesPerSecond);
    }

    private static async Task<TestMirror> WithLargeAsync()
    {
        TestMirror mirror = await TestMirror.OpenAsync(SyncEngineTests.Small, SyncEngineTests.SmallParts());
        await mirror.WriteAsync("a", SyncEngineTests.Bytes(Size));
        return mirror;
    }

    private static async Task<TestMirror> WithStoredAsync()
    {
        TestMirror mirror = await WithLargeAsync();
        await mirror.FlushCleanAsync();
        return mirror;
    }

    private static async Task<TestMirror> KilledInTheMiddleAsync()
    {
        TestMirror mirror = await WithLargeAsync();
        mirror.KillAt("Upload.part", 6);
        _ = await Record.ExceptionAsync(() => mirror.FlushAsync());
        Assert.True(mirror.WasKilled);
        await mirror.KillAsync();
        Assert.InRange(mirror.Count(StoreCall.UploadPart), 6, Parts - 1);
        return mirror;
    }

    private static void Change(TestMirror mirror, string path, long offset)
    {
        using TestMirror.Writing writing = mirror.BeginWriting(path);
        mirror.WriteUnseen(path, "changed", offset);
    }

    private static async Task IsStoredAsItIsHereAsync(TestMirror mirror, string path)
    {
        byte[] here = mirror.ReadNow(path);
        await mirror.RemountAfreshAsync();
        await mirror.HydrateAsync(path);
        Assert.Equal(here, mirror.ReadNow(path));
    }

    /// <summary>What a flush told of itself.</summary>
    private sealed class Seen : IProgress<FlushProgress>
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<FlushProgress> all = new();

        internal IReadOnlyCollection<FlushProgress> All => all;

        internal FlushProgress Last => all.LastOrDefault();

        public void Report(FlushProgress value) => all.Enqueue(value);
    }
}
