using AgentBay.Fs.Policies;
using AgentBay.Posix;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>Only what the white lists name is synced, both ways; the rest lives in the mirror only.</summary>
public sealed class WhiteListTests
{
    private static readonly SyncPolicy OnlySrc = Only(new WhiteList("/src", "/lib"));

    [Fact]
    public async Task Only_what_is_named_reaches_the_store()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await mirror.MakeFolderAsync("src");
        await mirror.MakeFolderAsync("src/lib");
        await mirror.MakeFolderAsync("srcs");
        await mirror.WriteAsync("src/a", "1");
        await mirror.WriteAsync("src/lib/b", "2");
        await mirror.WriteAsync("srcs/c", "3");
        await mirror.WriteAsync("d", "4");

        await mirror.FlushCleanAsync();

        Assert.Equal(["src/a"], mirror.Keys());
        Assert.Equal(0, mirror.Session.Status.PendingFiles);
    }

    [Fact]
    public async Task Of_the_store_only_what_is_named_appears_and_the_rest_stays_there()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "src/a", "src/lib/b", "other/c", "d");

        Assert.Equal(["src", "src/a"], (await mirror.TreeAsync()).Keys);

        await mirror.FlushCleanAsync();
        Assert.Equal(["d", "other/c", "src/a", "src/lib/b"], mirror.Keys());
    }

    [Fact]
    public async Task One_file_is_synced_and_the_folders_that_lead_to_it_are_shown()
    {
        await using TestMirror mirror = await OpenAsync(Only(new WhiteList("/Default/Cookies")));
        await PutAsync(mirror, "Default/Cookies", "Default/History", "Other/x");
        Assert.Equal(["Default", "Default/Cookies"], (await mirror.TreeAsync()).Keys);
        await mirror.WriteAsync("Default/Cookies", "mine");
        await mirror.WriteAsync("Default/History", "mine");

        await mirror.FlushCleanAsync();

        Assert.Equal("mine", await mirror.StoredAsync("Default/Cookies"));
        Assert.Equal("Default/History", await mirror.StoredAsync("Default/History"));
    }

    [Fact]
    public async Task Local_only_paths_never_make_the_store_be_asked()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await mirror.FillAsync("");
        _ = mirror.NewCalls();
        mirror.Store.IsDown = true;
        await mirror.MakeFolderAsync("secret");
        await mirror.WriteAsync("secret/a", "1");
        Assert.Equal(["a"], await mirror.ListAsync("secret"));
        Assert.True(await mirror.FsyncAsync("secret/a"));
        await mirror.Host.FsyncFolderAsync(TestMirror.PathOf("secret"), CancellationToken.None);
        await mirror.RenameAsync("secret", "hidden");

        await mirror.FlushCleanAsync();

        Assert.Empty(mirror.NewCalls());
    }

    [Fact]
    public async Task Local_only_files_survive_a_remount_and_a_kill()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await mirror.WriteAsync("a", "1");
        await mirror.RemountAsync();
        await mirror.WriteAsync("b", "2");
        await mirror.KillAsync();

        Assert.Equal(("1", "2"), (await mirror.ReadAsync("a"), await mirror.ReadAsync("b")));
        Assert.Equal(0, mirror.Session.Status.PendingFiles);
    }

    [Fact]
    public async Task A_folder_of_local_only_files_is_kept_in_the_store_by_a_marker()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await mirror.MakeFolderAsync("src");
        await mirror.MakeFolderAsync("src/lib");

        await mirror.FlushCleanAsync();

        Assert.Equal(["src/"], mirror.Keys());
    }

    [Fact]
    public async Task A_file_moved_in_is_uploaded()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await mirror.MakeFolderAsync("src");
        await mirror.WriteAsync("a", "1");
        await mirror.FlushCleanAsync();
        await mirror.RenameAsync("a", "src/a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["src/a"], mirror.Keys().Where(key => !key.EndsWith('/')));
    }

    [Fact]
    public async Task A_folder_moved_in_is_uploaded_but_for_what_is_excluded_there()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await mirror.MakeFolderAsync("x");
        await mirror.MakeFolderAsync("x/lib");
        await mirror.WriteAsync("x/a", "1");
        await mirror.WriteAsync("x/lib/b", "2");
        await mirror.FlushCleanAsync();
        await mirror.RenameAsync("x", "src");

        await mirror.FlushCleanAsync();

        Assert.Equal(["src/a"], mirror.Keys());
        Assert.Equal("2", await mirror.ReadAsync("src/lib/b"));
    }

    [Fact]
    public async Task A_placeholder_moved_out_is_brought_in_first_and_its_object_goes()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "src/a", "src/b");
        await mirror.RenameAsync("src/a", "a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["src/b"], mirror.Keys());
        Assert.False(mirror.IsPlaceholder("a"));
        Assert.Equal("src/a", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task The_object_of_a_file_moved_out_goes_only_after_its_bytes_are_on_the_disk()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "src/a", "src/b");
        await mirror.RenameAsync("src/a", "a");
        mirror.Store.Fail(Testing.StoreCall.Delete, 1);

        _ = await mirror.Session.FlushAsync(null, CancellationToken.None);

        // The note of the new name stays as long as the object does, so that a later flush syncs it first.
        Assert.Equal(["src/b"], mirror.Keys());
        Assert.Equal("src/a", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_folder_of_placeholders_is_not_moved_out_as_a_whole()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "src/d/a");
        _ = await mirror.ListAsync("src");

        var refused = await Assert.ThrowsAsync<PosixException>(() => mirror.RenameAsync("src/d", "d"));

        Assert.Equal(Errno.EXDEV, refused.Error);
        _ = await mirror.ReadAsync("src/d/a");
        await mirror.RenameAsync("src/d", "d");
        await mirror.FlushCleanAsync();
        Assert.DoesNotContain("src/d/a", mirror.Keys());
        Assert.Equal("src/d/a", await mirror.ReadAsync("d/a"));
    }

    [Fact]
    public async Task A_hard_link_out_of_the_white_list_has_the_bytes_though_the_name_inside_goes()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "src/a", "src/b");
        _ = await mirror.ListAsync("src");
        await mirror.LinkAsync("src/a", "a");
        await mirror.DeleteAsync("src/a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["src/b"], mirror.Keys());
        Assert.Equal("src/a", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_write_by_a_local_only_name_reaches_the_object_of_the_name_inside()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await mirror.MakeFolderAsync("src");
        await mirror.WriteAsync("src/a", "1");
        await mirror.LinkAsync("src/a", "a");
        await mirror.FlushCleanAsync();
        await mirror.AppendAsync("a", " more");

        await mirror.FlushCleanAsync();

        Assert.Equal("1 more", await mirror.StoredAsync("src/a"));
        Assert.Equal(["src/a"], mirror.Keys());
    }

    [Fact]
    public async Task A_white_list_that_grows_uploads_what_is_new_inside_and_shows_what_was_hidden()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "docs/theirs", "src/a");
        _ = await mirror.TreeAsync();
        await mirror.MakeFolderAsync("docs");
        await mirror.WriteAsync("docs/mine", "1");
        await mirror.FlushCleanAsync();

        await mirror.RemountAsync(Only(new WhiteList("/src"), new WhiteList("/docs")));

        Assert.Equal(["mine", "theirs"], await mirror.ListAsync("docs"));
        await mirror.FlushCleanAsync();
        Assert.Equal(["docs/mine", "docs/theirs", "src/a"], mirror.Keys());
    }

    [Fact]
    public async Task What_is_new_inside_a_white_list_and_in_the_store_too_is_kept_twice()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "docs/a", "src/a");
        await mirror.MakeFolderAsync("docs");
        await mirror.WriteAsync("docs/a", "mine");
        await mirror.RemountAsync(SyncPolicy.Default);

        await mirror.FlushCleanAsync();

        Assert.Equal("mine", await mirror.StoredAsync("docs/a"));
        Assert.Equal("docs/a", await mirror.StoredAsync(Assert.Single(mirror.Keys(), key => key.StartsWith("docs/a.conflict-", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_deleted_outside_a_white_list_is_not_deleted_in_the_store_when_the_list_grows(bool killed)
    {
        await using TestMirror mirror = await OpenAsync(SyncPolicy.Default);
        await PutAsync(mirror, "other/a", "src/a");
        _ = await mirror.TreeAsync();
        await mirror.RemountAsync(OnlySrc);
        await mirror.DeleteAsync("other/a");
        if (killed)
        {
            await mirror.KillAsync(SyncPolicy.Default);
        }
        else
        {
            await mirror.FlushCleanAsync();
            await mirror.RemountAsync(SyncPolicy.Default);
        }

        Assert.Equal("other/a", await mirror.ReadAsync("other/a"));
        await mirror.FlushCleanAsync();
        Assert.Equal(["other/a", "src/a"], mirror.Keys());
    }

    [Fact]
    public async Task What_was_edited_outside_a_white_list_is_uploaded_when_the_list_grows()
    {
        await using TestMirror mirror = await OpenAsync(SyncPolicy.Default);
        await PutAsync(mirror, "other/a", "src/a");
        _ = await mirror.TreeAsync();
        await mirror.RemountAsync(OnlySrc);
        await mirror.WriteAsync("other/a", "edited");
        await mirror.FlushCleanAsync();
        Assert.Equal("other/a", await mirror.StoredAsync("other/a"));

        await mirror.RemountAsync(SyncPolicy.Default);
        await mirror.FlushCleanAsync();

        Assert.Equal("edited", await mirror.StoredAsync("other/a"));
        Assert.Equal(["other/a", "src/a"], mirror.Keys());
    }

    [Fact]
    public async Task A_placeholder_that_a_narrower_white_list_leaves_outside_can_still_be_read()
    {
        await using TestMirror mirror = await OpenAsync(SyncPolicy.Default);
        await PutAsync(mirror, "other/a", "src/a");
        _ = await mirror.ListAsync("other");
        await mirror.RemountAsync(OnlySrc);

        Assert.Equal("other/a", await mirror.ReadAsync("other/a"));
        await mirror.FlushCleanAsync();
        Assert.Equal(["other/a", "src/a"], mirror.Keys());
    }

    [Fact]
    public async Task A_synced_folder_deleted_here_leaves_what_is_hidden_below_it_in_the_store()
    {
        await using TestMirror mirror = await OpenAsync(OnlySrc);
        await PutAsync(mirror, "src/a", "src/lib/b");
        _ = await mirror.TreeAsync();
        await mirror.DeleteAsync("src/a");
        await mirror.RemoveFolderAsync("src");

        await mirror.FlushCleanAsync();

        Assert.Equal(["src/lib/b"], mirror.Keys());
    }

    internal static SyncPolicy Only(params IReadOnlyList<WhiteList> lists) => new() { BWList = new() { WhiteLists = lists } };

    private static Task<TestMirror> OpenAsync(SyncPolicy policy) => TestMirror.OpenAsync(policy);

    /// <summary>Foreign objects whose content is their key.</summary>
    private static async Task PutAsync(TestMirror mirror, params IEnumerable<string> keys)
    {
        foreach (string key in keys)
        {
            await mirror.PutForeignAsync(key, key);
        }
    }
}
