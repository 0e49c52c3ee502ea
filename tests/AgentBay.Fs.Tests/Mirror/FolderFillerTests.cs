using System.Globalization;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Tests.Sync;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Mirror;

public sealed class FolderFillerTests
{
    [Fact]
    public async Task A_folder_is_brought_in_when_it_is_looked_into_and_no_deeper()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"), ("d/b", "2"), ("d/e/c", "3"));

        Assert.Equal(["a", "d"], await mirror.ListAsync(""));

        Assert.Equal(["Head a", "Head d/", "List "], mirror.NewCalls().Order(StringComparer.Ordinal));
        Assert.True(mirror.IsPlaceholder("a"));
    }

    [Fact]
    public async Task A_folder_is_listed_once_a_mount_however_many_look()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"));

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => mirror.FillAsync("")));

        Assert.Equal(1, mirror.Store.Count(StoreCall.List));
    }

    [Fact]
    public async Task A_foreign_object_has_the_defaults_and_the_time_of_its_object()
    {
        var time = new ManualTime();
        await using TestMirror mirror = await TestMirror.OpenAsync(memory: new MemoryStore(time: time));
        await mirror.PutForeignAsync("a", "12345");

        SortedDictionary<string, string> tree = await mirror.TreeAsync(withTimes: true);

        Assert.StartsWith("file 644 ", tree["a"], StringComparison.Ordinal);
        Assert.EndsWith(string.Create(CultureInfo.InvariantCulture, $" {(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100}"), tree["a"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_remount_the_folder_shows_what_others_changed()
    {
        await using TestMirror mirror = await WithForeignAsync(("changed", "1"), ("deleted", "2"), ("same", "3"));
        _ = await mirror.TreeAsync();
        await mirror.PutForeignAsync("changed", "new version");
        await mirror.PutForeignAsync("new", "4");
        await mirror.DeleteForeignAsync("deleted");

        await mirror.RemountAsync();

        Assert.Equal(["changed", "new", "same"], await mirror.ListAsync(""));
        Assert.False(mirror.IsPlaceholder("same"));
        Assert.Equal("new version", await mirror.ReadAsync("changed"));
    }

    [Fact]
    public async Task A_folder_deleted_elsewhere_goes_and_does_not_come_back_as_an_empty_one()
    {
        await using TestMirror mirror = await WithForeignAsync(("d/a", "1"), ("d/e/b", "2"), ("keep", "3"));
        _ = await mirror.TreeAsync();
        await mirror.DeleteForeignAsync("d/a");
        await mirror.DeleteForeignAsync("d/e/b");
        await mirror.RemountAsync();

        Assert.Equal(["keep"], await mirror.ListAsync(""));
        await mirror.FlushCleanAsync();
        Assert.Equal(["keep"], mirror.Keys());
    }

    [Fact]
    public async Task A_folder_renamed_here_before_it_was_stored_itself_does_not_come_back_under_its_old_name()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("f");
        await mirror.WriteAsync("f/a", "1");
        _ = await mirror.FsyncAsync("f/a");
        await mirror.RenameAsync("f", "c");
        await mirror.RemountAsync();

        Assert.Equal(["c"], await mirror.ListAsync(""));
        await mirror.FlushCleanAsync();
        Assert.Equal(["c/a"], mirror.Keys());
    }

    [Fact]
    public async Task A_file_changed_here_stays_in_a_folder_that_was_deleted_elsewhere()
    {
        await using TestMirror mirror = await WithForeignAsync(("d/a", "1"), ("d/b", "2"), ("keep", "3"));
        await mirror.WriteAsync("d/a", "mine");
        await mirror.DeleteForeignAsync("d/a");
        await mirror.DeleteForeignAsync("d/b");
        await mirror.RemountAsync();

        await mirror.FillAsync("");
        await mirror.FlushCleanAsync();

        Assert.Equal(["d/a", "keep"], mirror.Keys());
        Assert.Equal(["a"], await mirror.ListAsync("d"));
    }

    [Fact]
    public async Task A_file_that_became_a_folder_elsewhere_becomes_one_here()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"), ("keep", "3"));
        _ = await mirror.TreeAsync();
        await mirror.DeleteForeignAsync("a");
        await mirror.PutForeignAsync("a/x", "2");
        await mirror.RemountAsync();

        Assert.Equal("2", await mirror.ReadAsync("a/x"));
    }

    [Fact]
    public async Task A_folder_that_became_a_file_elsewhere_becomes_one_here()
    {
        await using TestMirror mirror = await WithForeignAsync(("a/x", "1"), ("keep", "3"));
        _ = await mirror.TreeAsync();
        await mirror.DeleteForeignAsync("a/x");
        await mirror.PutForeignAsync("a", "2");
        await mirror.RemountAsync();

        Assert.Equal("2", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task An_empty_listing_of_the_root_deletes_nothing()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"));
        _ = await mirror.TreeAsync();
        await mirror.DeleteForeignAsync("a");
        await mirror.RemountAsync();

        Assert.Equal(["a"], await mirror.ListAsync(""));
    }

    [Fact]
    public async Task After_an_empty_listing_of_the_root_nothing_counts_as_deleted_until_all_of_it_is_listed_again()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"), ("d/b", "2"));
        _ = await mirror.TreeAsync();
        _ = await mirror.ReadAsync("a");
        await mirror.DeleteForeignAsync("a");
        await mirror.DeleteForeignAsync("d/b");
        await mirror.RemountAsync();
        _ = await mirror.ListAsync("");
        await mirror.WriteAsync("new", "3");
        await mirror.FlushCleanAsync();
        await mirror.PutForeignAsync("theirs", "4");

        await Assert.ThrowsAsync<FsException>(() => mirror.Session.DownloadAsync(CancellationToken.None));
        await mirror.RemountAsync();

        Assert.Equal(["a", "d", "new", "theirs"], await mirror.ListAsync(""));
        Assert.Equal(["b"], await mirror.ListAsync("d"));
        Assert.Equal("1", await mirror.ReadAsync("a"));
        Assert.Contains("fsck --repair", mirror.Session.Status.LastError, StringComparison.Ordinal);

        await mirror.PutForeignAsync("a", "5");
        await mirror.PutForeignAsync("d/b", "6");
        await mirror.Session.DownloadAsync(CancellationToken.None);
        Assert.Equal("5", await mirror.ReadAsync("a"));
        Assert.Null(mirror.Session.Status.LastError);
        await mirror.DeleteForeignAsync("a");
        await mirror.Session.DownloadAsync(CancellationToken.None);
        Assert.Equal(["d", "new", "theirs"], await mirror.ListAsync(""));
    }

    [Fact]
    public async Task An_empty_listing_of_a_root_whose_names_have_no_object_is_believed()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(new SyncPolicy { BWList = new() { WhiteLists = [new("/p/q")] } });
        await mirror.PutForeignAsync("p/q/a", "1");
        _ = await mirror.TreeAsync();
        await mirror.DeleteAsync("p/q/a");
        await mirror.RemoveFolderAsync("p/q");
        await mirror.FlushCleanAsync();

        await mirror.Session.DownloadAsync(CancellationToken.None);

        Assert.Null(mirror.Session.Status.LastError);
    }

    [Fact]
    public async Task Without_the_store_a_filled_folder_works_on()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"));
        _ = await mirror.TreeAsync();
        await mirror.RemountAsync();
        mirror.Store.IsDown = true;

        Assert.Equal("1", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task Without_the_store_an_unfilled_folder_fails_and_succeeds_when_it_is_back()
    {
        await using TestMirror mirror = await WithForeignAsync(("d/a", "1"));
        await mirror.FillAsync("");
        mirror.Store.IsDown = true;
        FsException error = await Assert.ThrowsAsync<FsException>(() => mirror.ListAsync("d"));
        Assert.Equal(FsError.StoreUnavailable, error.Error);

        mirror.Store.IsDown = false;

        Assert.Equal(["a"], await mirror.ListAsync("d"));
    }

    [Fact]
    public async Task How_the_last_look_into_the_root_ended_is_known()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"));
        Assert.Null(mirror.Session.RootLook);
        mirror.Store.Fail(StoreCall.List, 1, StoreErrorKind.AccessDenied);
        mirror.Store.Fail(StoreCall.List, 2, StoreErrorKind.AccessDenied);

        _ = await Assert.ThrowsAsync<FsException>(() => mirror.ListAsync(""));
        Assert.Contains("List", mirror.Session.RootLook?.Error, StringComparison.Ordinal);
        _ = await Assert.ThrowsAsync<StoreException>(() => mirror.Session.DownloadAsync(TestContext.Current.CancellationToken));
        _ = await mirror.ListAsync("");
        Assert.Equal(new RootLook(mirror.Time.GetUtcNow(), null), mirror.Session.RootLook);

        await mirror.RemountAsync();
        mirror.Store.IsDown = true;
        _ = await mirror.ListAsync("");
        Assert.Contains("as they were here", mirror.Session.RootLook?.Error, StringComparison.Ordinal);
        mirror.Store.IsDown = false;
        await mirror.Session.DownloadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new RootLook(mirror.Time.GetUtcNow(), null), mirror.Session.RootLook);

        await mirror.DeleteForeignAsync("a");
        await mirror.RemountAsync();
        _ = await mirror.ListAsync("");
        Assert.Contains("listed nothing at all", mirror.Session.RootLook?.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_looks_at_a_root_that_was_never_compared_also_after_a_look_that_was_not_believed()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(new SyncPolicy { DownloadPolicy = new() { AutoDownload = false } });
        await mirror.WriteAsync("a", "1");
        await mirror.FlushCleanAsync();
        await mirror.DeleteForeignAsync("a");
        await mirror.RemountAsync(new SyncPolicy());
        _ = await mirror.ListAsync("");

        FsException refused = await Assert.ThrowsAsync<FsException>(() => mirror.Session.DownloadAsync(TestContext.Current.CancellationToken));
        Assert.Contains("listed nothing at all", refused.Message, StringComparison.Ordinal);

        await mirror.PutForeignAsync("a", "1");
        await mirror.PutForeignAsync("b", "2");
        await mirror.Session.DownloadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b"], await mirror.ListAsync(""));
    }

    [Fact]
    public async Task What_a_refresh_brings_ends_the_failure_of_an_earlier_read()
    {
        await using TestMirror mirror = await WithForeignAsync(("d/a", "1"));
        _ = await mirror.TreeAsync();
        await mirror.RemountAsync();
        mirror.Store.BeforeCall = (call, _) => call.Call == StoreCall.List && call.Key.EndsWith("/d/", StringComparison.Ordinal)
            ? Task.FromException(new IOException("no room"))
            : Task.CompletedTask;
        _ = await Assert.ThrowsAnyAsync<IOException>(() => mirror.ListAsync("d"));
        Assert.Contains("no room", mirror.Session.Status.LastError, StringComparison.Ordinal);
        mirror.Store.BeforeCall = null;

        await mirror.Session.DownloadAsync(TestContext.Current.CancellationToken);

        Assert.Null(mirror.Session.Status.LastError);
    }

    [Fact]
    public async Task A_listing_that_breaks_off_between_two_pages_deletes_nothing()
    {
        await using TestMirror mirror = await WithForeignAsync([.. Enumerable.Range(0, 1500).Select(i => ($"f{i}", "x"))]);
        await mirror.FillAsync("");
        await mirror.RemountAsync();
        mirror.Store.Fail(StoreCall.List, number: 2);

        Assert.Equal(1500, (await mirror.ListAsync("")).Count);
    }

    [Fact]
    public async Task An_object_beside_a_folder_of_its_name_shows_under_another_name_with_its_bytes()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "object"), ("a/b", "child"));

        IReadOnlyList<string> names = await mirror.ListAsync("");

        Assert.Equal(2, names.Count);
        string other = Assert.Single(names, name => name != "a");
        Assert.Equal("object", await mirror.ReadAsync(other));
        Assert.Equal("child", await mirror.ReadAsync("a/b"));
        await mirror.FlushCleanAsync();
        Assert.Equal(["a", "a/b"], mirror.Keys());
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("d//e")]
    [InlineData("./x")]
    [InlineData("d/../../x")]
    public async Task A_hostile_key_never_leaves_the_tree(string key)
    {
        await using TestMirror mirror = await WithForeignAsync((key, "1"), ("ok", "2"));

        _ = await mirror.TreeAsync();

        Assert.Contains("ok", await mirror.ListAsync(""));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(mirror.Host.TreeDirectory)!, "escape*"));
        await mirror.FlushCleanAsync();
        Assert.Contains(key, mirror.Keys());
    }

    [Fact]
    public async Task Refresh_brings_in_what_others_changed_without_a_remount()
    {
        await using TestMirror mirror = await WithForeignAsync(("d/a", "1"));
        _ = await mirror.TreeAsync();
        await mirror.PutForeignAsync("d/a", "new version");
        var changed = new List<string>();
        mirror.Host.EntryChanged = path => changed.Add(path.ToString());

        await mirror.Session.DownloadAsync(CancellationToken.None);

        Assert.Equal("new version", await mirror.ReadAsync("d/a"));
        Assert.Contains("d/a", changed);
    }

    [Fact]
    public async Task A_refresh_leaves_alone_what_changed_here_and_the_flush_keeps_both()
    {
        await using TestMirror mirror = await WithForeignAsync(("a", "1"));
        await mirror.WriteAsync("a", "mine");
        await mirror.PutForeignAsync("a", "theirs");

        await mirror.Session.DownloadAsync(CancellationToken.None);
        await mirror.FlushCleanAsync();

        Assert.Equal("mine", await mirror.StoredAsync("a"));
        Assert.Equal(2, mirror.Keys().Count);
    }

    private static async Task<TestMirror> WithForeignAsync(params (string Key, string Content)[] objects)
    {
        TestMirror mirror = await TestMirror.OpenAsync();
        foreach ((string key, string content) in objects)
        {
            await mirror.PutForeignAsync(key, content);
        }

        return mirror;
    }

    [Fact]
    public async Task A_folder_whose_making_a_kill_cut_short_is_moved_in_the_store_too()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.PutForeignAsync("c/", "");
        mirror.KillAt("place.placed");
        await Assert.ThrowsAnyAsync<Exception>(() => mirror.FillAsync(""));
        await mirror.KillAsync();
        await mirror.FillAsync("");

        await mirror.RenameAsync("c", "d");
        await mirror.FlushCleanAsync();

        Assert.Equal(["d/"], mirror.Keys());
    }
}
