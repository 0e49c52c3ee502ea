using AgentBay.Fs.Sync;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

public sealed partial class SyncEngineTests
{
    [Fact]
    public async Task A_new_file_is_stored_under_its_path()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.WriteAsync("d/a", "hello");

        await mirror.FlushCleanAsync();

        Assert.Equal(["d/a"], mirror.Keys());
        Assert.Equal("hello", await mirror.StoredAsync("d/a"));
    }

    [Fact]
    public async Task A_changed_file_replaces_its_object()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        await mirror.WriteAsync("a", "two");

        await mirror.FlushCleanAsync();

        Assert.Equal("two", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_deleted_file_leaves_the_store()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        await mirror.DeleteAsync("a");

        await mirror.FlushCleanAsync();

        Assert.Empty(mirror.Keys());
    }

    [Fact]
    public async Task When_nothing_was_changed_the_store_is_not_called()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        _ = mirror.NewCalls();

        await mirror.FlushCleanAsync();
        _ = await mirror.FsyncAsync("a");

        Assert.Empty(mirror.NewCalls());
    }

    [Fact]
    public async Task A_file_that_came_and_went_between_two_flushes_never_reaches_the_store()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.FillAsync("");
        _ = mirror.NewCalls();
        await mirror.WriteAsync("a", "one");
        await mirror.DeleteAsync("a");

        await mirror.FlushCleanAsync();

        Assert.Empty(mirror.NewCalls());
    }

    [Fact]
    public async Task A_file_rewritten_with_the_same_bytes_is_not_uploaded_again()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.SetTimeAsync("a", 1_600_000_000_000_000_000);
        await mirror.FlushCleanAsync();
        _ = mirror.NewCalls();
        await mirror.WriteAsync("a", "one");

        await mirror.FlushCleanAsync();

        Assert.Equal(["Copy a"], mirror.NewCalls());
    }

    [Fact]
    public async Task A_renamed_file_is_copied_in_the_store()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        _ = mirror.NewCalls();
        await mirror.RenameAsync("a", "b");

        await mirror.FlushCleanAsync();

        Assert.Equal(["Copy b", "Delete a"], mirror.NewCalls());
        Assert.Equal("one", await mirror.StoredAsync("b"));
    }

    [Fact]
    public async Task A_renamed_folder_is_moved_by_copies_alone()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.MakeFolderAsync("d/e");
        await mirror.WriteAsync("d/a", "one");
        await mirror.WriteAsync("d/e/b", "two");
        await mirror.FlushCleanAsync();
        _ = mirror.NewCalls();
        await mirror.RenameAsync("d", "x");

        await mirror.FlushCleanAsync();

        Assert.Equal(["Copy x/a", "Copy x/e/b", "Delete d/a", "Delete d/e/b"], mirror.NewCalls().Order());
        Assert.Equal(["x/a", "x/e/b"], mirror.Keys());
    }

    [Fact]
    public async Task A_renamed_folder_of_placeholders_is_moved_without_reading_a_byte()
    {
        await using var mirror = await WithStoredAsync(("d/a", "one"), ("d/b", "two"));
        _ = mirror.NewCalls();
        await mirror.RenameAsync("d", "x");

        await mirror.FlushCleanAsync();

        Assert.DoesNotContain(mirror.NewCalls(), call => call.StartsWith("Get", StringComparison.Ordinal) || call.StartsWith("Put", StringComparison.Ordinal));
        Assert.Equal(["x/a", "x/b"], mirror.Keys());
        Assert.True(mirror.IsPlaceholder("x/a"));
        Assert.Equal("one", await mirror.ReadAsync("x/a"));
    }

    [Fact]
    public async Task Of_a_hard_linked_file_one_name_is_uploaded_and_the_others_are_copied()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.LinkAsync("a", "b");
        await mirror.LinkAsync("a", "c");
        _ = mirror.NewCalls();

        await mirror.FlushCleanAsync();

        Assert.Equal(["Copy", "Copy", "Put"], mirror.NewCalls().Select(call => call.Split(' ')[0]).Order());
        Assert.Equal("one", await mirror.StoredAsync("c"));
    }

    [Fact]
    public async Task A_write_to_one_name_of_a_hard_linked_file_reaches_all_its_objects()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.LinkAsync("a", "b");
        await mirror.FlushCleanAsync();
        await mirror.AppendAsync("a", " more");

        await mirror.FlushCleanAsync();

        Assert.Equal("one more", await mirror.StoredAsync("b"));
    }

    [Fact]
    public async Task A_hard_link_to_a_placeholder_is_copied_and_either_name_may_go()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.LinkAsync("a", "b");
        await mirror.FlushCleanAsync();
        Assert.Equal(["a", "b"], mirror.Keys());
        await mirror.DeleteAsync("a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["b"], mirror.Keys());
        Assert.True(mirror.IsPlaceholder("b"));
        Assert.Equal("one", await mirror.ReadAsync("b"));
    }

    [Fact]
    public async Task A_new_version_of_an_object_can_be_edited_though_a_placeholder_still_names_the_old_one()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.LinkAsync("a", "b");
        await mirror.FlushCleanAsync();
        await mirror.PutForeignAsync("a", "theirs");
        await mirror.RemountAsync();
        await mirror.AppendAsync("a", " and mine");

        await mirror.FlushCleanAsync();

        Assert.Equal("theirs and mine", await mirror.StoredAsync("a"));
        Assert.Equal("one", await mirror.ReadAsync("b"));
    }

    [Fact]
    public async Task What_was_changed_by_a_name_that_is_gone_reaches_the_other_names()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.LinkAsync("a", "b");
        await mirror.FlushCleanAsync();
        await mirror.AppendAsync("b", " more");
        await mirror.ChangeModeAsync("b", 0x180);
        await mirror.DeleteAsync("b");

        await mirror.FlushCleanAsync();

        SortedDictionary<string, string> here = await mirror.TreeAsync();
        await mirror.RemountAfreshAsync();
        Assert.Equal(here, await mirror.TreeAsync());
        Assert.Equal("one more", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task What_was_changed_by_a_name_that_never_was_stored_reaches_the_other_names()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.LinkAsync("a", "b");
        _ = await mirror.FsyncAsync("a");
        await mirror.ChangeModeAsync("b", 0x180);
        await mirror.DeleteAsync("b");

        await mirror.FlushCleanAsync();

        await mirror.RemountAfreshAsync();
        Assert.StartsWith("file 600", (await mirror.TreeAsync())["a"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hard_linked_placeholder_whose_one_object_was_replaced_reads_the_other()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.LinkAsync("a", "b");
        await mirror.FlushCleanAsync();
        await mirror.PutForeignAsync("a", "theirs");
        await mirror.RemountAsync();

        Assert.Equal(("theirs", "one"), (await mirror.ReadAsync("a"), await mirror.ReadAsync("b")));
    }

    [Fact]
    public async Task A_symlink_is_an_object_with_its_target()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.SymlinkAsync("../x y", "l");
        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();

        Assert.Equal(["l"], await mirror.ListAsync(""));
        Assert.Equal("../x y", mirror.ReadLink("l"));
    }

    [Fact]
    public async Task An_empty_folder_and_one_with_another_mode_have_markers()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("empty");
        await mirror.MakeFolderAsync("secret");
        await mirror.ChangeModeAsync("secret", 0x1C0);
        await mirror.WriteAsync("secret/a", "x");

        await mirror.FlushCleanAsync();

        Assert.Equal(["empty/", "secret/", "secret/a"], mirror.Keys());
        await mirror.RemountAfreshAsync();
        Assert.Equal(["empty: folder 755", "secret: folder 700"], (await mirror.TreeAsync()).Where(pair => pair.Value.StartsWith("folder", StringComparison.Ordinal)).Select(pair => $"{pair.Key}: {pair.Value}"));
    }

    [Fact]
    public async Task The_marker_of_a_folder_is_written_before_its_last_child_goes()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.WriteAsync("d/a", "x");
        await mirror.FlushCleanAsync();
        _ = mirror.NewCalls();
        await mirror.DeleteAsync("d/a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["Put d/", "Delete d/a"], mirror.NewCalls());
    }

    [Fact]
    public async Task A_change_of_mode_time_or_xattrs_is_a_copy_of_the_object_onto_itself()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        _ = mirror.NewCalls();
        await mirror.ChangeModeAsync("a", 0x1C0);
        await mirror.SetXattrAsync("a", "user.colour", "red");
        await mirror.SetTimeAsync("a", 1_500_000_000_123_456_789);

        await mirror.FlushCleanAsync();

        Assert.Equal(["Copy a"], mirror.NewCalls());
        SortedDictionary<string, string> here = await mirror.TreeAsync(withTimes: true);
        await mirror.RemountAfreshAsync();
        Assert.Equal(here, await mirror.TreeAsync(withTimes: true));
    }

    [Fact]
    public async Task An_xattr_set_on_a_placeholder_survives_its_hydration()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.FillAsync("");
        await mirror.SetXattrAsync("a", "user.colour", "red");
        _ = await mirror.ReadAsync("a");

        await mirror.FlushCleanAsync();

        SortedDictionary<string, string> here = await mirror.TreeAsync();
        await mirror.RemountAfreshAsync();
        Assert.Equal(here, await mirror.TreeAsync());
        Assert.Contains("user.colour=red", here["a"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_of_a_placeholder_change_without_its_bytes()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.ChangeModeAsync("a", 0x180);
        await mirror.SetTimeAsync("a", 1_500_000_000_000_000_001);

        await mirror.FlushCleanAsync();

        Assert.True(mirror.IsPlaceholder("a"));
        SortedDictionary<string, string> here = await mirror.TreeAsync(withTimes: true);
        await mirror.RemountAfreshAsync();
        Assert.Equal(here, await mirror.TreeAsync(withTimes: true));
    }

    [Fact]
    public async Task Fsync_of_one_file_stores_that_file_only()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.WriteAsync("b", "two");

        Assert.True(await mirror.FsyncAsync("a"));

        Assert.Equal(["a"], mirror.Keys());
    }

    [Fact]
    public async Task Fsync_stores_a_renamed_file_under_its_present_name_and_takes_the_old_one_away()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        await mirror.RenameAsync("a", "b");
        await mirror.AppendAsync("b", " more");

        Assert.True(await mirror.FsyncAsync("b"));

        Assert.Equal(["b"], mirror.Keys());
        Assert.Equal("one more", await mirror.StoredAsync("b"));
    }

    [Fact]
    public async Task Fsync_of_a_file_that_is_open_stores_what_was_written_so_far()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        using TestMirror.Writing writing = mirror.BeginWriting("a");
        mirror.WriteUnseen("a", "two", 0);

        Assert.True(await mirror.FsyncAsync("a"));

        Assert.Equal("two", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task Fsync_of_the_root_stores_what_was_written_to_a_file_that_is_open_and_was_clean()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        using TestMirror.Writing writing = mirror.BeginWriting("a");
        await mirror.FlushCleanAsync();
        mirror.WriteUnseen("a", "two", 0);

        await mirror.Host.FsyncFolderAsync(TreePath.Root, CancellationToken.None);

        Assert.Equal("two", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_flush_says_what_the_kernel_holds_back_and_stores_the_rest()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        mirror.Host.WriteBackKernelCache = _ => throw new IOException("no room");

        FlushReport report = await mirror.Session.FlushAsync(null, CancellationToken.None);

        Assert.Contains("no room", Assert.Single(report.Remaining).Error, StringComparison.Ordinal);
        Assert.Equal("one", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task Fsync_says_when_the_name_is_another_inodes()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        ulong inode = mirror.Stat("a")!.Value.Inode;
        await mirror.RenameAsync("a", "b");

        Assert.False(await mirror.Host.FsyncAsync(TestMirror.PathOf("a"), inode, CancellationToken.None));
    }

    [Fact]
    public async Task Fsync_of_a_folder_stores_its_names_and_their_files_and_nothing_else()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.MakeFolderAsync("d/e");
        await mirror.WriteAsync("d/a.tmp", "one");
        await mirror.RenameAsync("d/a.tmp", "d/a");
        await mirror.WriteAsync("d/e/deep", "two");
        await mirror.WriteAsync("other", "three");

        await mirror.Host.FsyncFolderAsync(TestMirror.PathOf("d"), CancellationToken.None);

        Assert.Equal(["d/a"], mirror.Keys());
    }

    [Fact]
    public async Task Fsync_of_a_folder_that_a_file_left_stores_the_file_under_its_new_name_first()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.WriteAsync("d/a", "one");
        await mirror.FlushCleanAsync();
        await mirror.RenameAsync("d/a", "b");

        await mirror.Host.FsyncFolderAsync(TestMirror.PathOf("d"), CancellationToken.None);

        Assert.Equal(["b", "d/"], mirror.Keys());
    }

    [Fact]
    public async Task Fsync_of_the_root_stores_everything()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        await mirror.WriteAsync("d/a", "one");
        await mirror.WriteAsync("b", "two");

        await mirror.Host.FsyncFolderAsync(TreePath.Root, CancellationToken.None);

        Assert.Equal(["b", "d/a"], mirror.Keys());
    }

    [Fact]
    public async Task A_save_by_writing_aside_and_renaming_over_replaces_the_object()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        _ = mirror.NewCalls();
        await mirror.WriteAsync("a.tmp", "two");
        await mirror.RenameAsync("a.tmp", "a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["Put a"], mirror.NewCalls());
        Assert.Equal("two", await mirror.StoredAsync("a"));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Two_files_that_changed_places_change_places_in_the_store(bool hydrated, bool exchange)
    {
        await using var mirror = await WithStoredAsync(("a", "one"), ("b", "two"));
        if (hydrated)
        {
            _ = await mirror.ReadAsync("a") + await mirror.ReadAsync("b");
        }

        if (exchange)
        {
            await mirror.ExchangeAsync("a", "b");
        }
        else
        {
            await mirror.RenameAsync("a", "t");
            await mirror.RenameAsync("b", "a");
            await mirror.RenameAsync("t", "b");
        }

        await mirror.FlushCleanAsync();

        Assert.Equal(["a", "b"], mirror.Keys());
        Assert.Equal("two", await mirror.StoredAsync("a"));
        Assert.Equal("one", await mirror.StoredAsync("b"));
        Assert.Equal(!hydrated, mirror.IsPlaceholder("a"));
        Assert.Equal("two", await mirror.ReadAsync("a"));
        Assert.Equal("one", await mirror.ReadAsync("b"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_ring_of_three_turns_in_the_store(bool hydrated)
    {
        await using var mirror = await WithStoredAsync(("a", "one"), ("b", "two"), ("c", "three"));
        if (hydrated)
        {
            _ = await mirror.ReadAsync("b");
        }

        await mirror.RenameAsync("a", "t");
        await mirror.RenameAsync("c", "a");
        await mirror.RenameAsync("b", "c");
        await mirror.RenameAsync("t", "b");

        await mirror.FlushCleanAsync();

        Assert.Equal(("three", "one", "two"), (await mirror.StoredAsync("a"), await mirror.StoredAsync("b"), await mirror.StoredAsync("c")));
        await mirror.RemountAsync();
        Assert.Equal(("three", "one", "two"), (await mirror.ReadAsync("a"), await mirror.ReadAsync("b"), await mirror.ReadAsync("c")));
    }

    [Fact]
    public async Task A_placeholder_renamed_before_it_is_read_reads_right_before_and_after_the_flush()
    {
        await using var mirror = await WithStoredAsync(("a", "one"), ("b", "two"));
        await mirror.RenameAsync("a", "x");
        await mirror.RenameAsync("b", "y");
        Assert.Equal("one", await mirror.ReadAsync("x"));

        await mirror.FlushCleanAsync();

        Assert.Equal("two", await mirror.ReadAsync("y"));
        Assert.Equal(["x", "y"], mirror.Keys());
    }

    [Fact]
    public async Task A_new_file_in_the_place_of_a_moved_placeholder_waits_for_the_copy()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.RenameAsync("a", "b");
        await mirror.WriteAsync("a", "new");

        Assert.True(await mirror.FsyncAsync("a"));

        Assert.Equal("new", await mirror.StoredAsync("a"));
        Assert.Equal("one", await mirror.StoredAsync("b"));
        Assert.Equal("one", await mirror.ReadAsync("b"));
    }

    [Fact]
    public async Task A_file_becomes_a_folder()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.RenameAsync("a", "t");
        await mirror.MakeFolderAsync("a");
        await mirror.RenameAsync("t", "a/x");

        await mirror.FlushCleanAsync();

        Assert.Equal(["a/x"], mirror.Keys());
        await mirror.RemountAsync();
        Assert.Equal("one", await mirror.ReadAsync("a/x"));
    }

    [Fact]
    public async Task A_folder_becomes_a_file()
    {
        await using var mirror = await WithStoredAsync(("a/x", "one"));
        await mirror.RenameAsync("a/x", "t");
        await mirror.RemoveFolderAsync("a");
        await mirror.RenameAsync("t", "a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["a"], mirror.Keys());
        await mirror.RemountAsync();
        Assert.Equal("one", await mirror.ReadAsync("a"));
    }

    [Theory]
    [InlineData("sp ace")]
    [InlineData("new\nline")]
    [InlineData("\u00ff\u00fe not UTF-8")]
    [InlineData("-rf *")]
    [InlineData("%41 ‛2F")]
    public async Task Any_name_comes_back_as_it_was(string name)
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync(name, "one");
        await mirror.FlushCleanAsync();
        SortedDictionary<string, string> here = await mirror.TreeAsync();
        await mirror.RemountAfreshAsync();

        Assert.Equal(here, await mirror.TreeAsync());
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_an_error_of_that_path_and_the_others_go_on()
    {
        await using var mirror = await TestMirror.OpenAsync();
        string deep = "";
        for (int i = 0; i < 4; i++)
        {
            deep += new string((char)('a' + i), 250);
            if (i < 3)
            {
                await mirror.MakeFolderAsync(deep);
                deep += "/";
            }
        }

        await mirror.WriteAsync(deep, "one");
        await mirror.WriteAsync("b", "two");

        FlushReport report = await mirror.FlushAsync();

        Assert.Equal([TestMirror.PathOf(deep)], report.Remaining.Select(change => change.Path));
        Assert.NotNull(report.Remaining[0].Error);
        Assert.Contains("b", mirror.Keys());
    }

    [Fact]
    public async Task The_old_name_of_a_file_whose_new_name_cannot_be_stored_stays_in_the_store()
    {
        await using var mirror = await TestMirror.OpenAsync();
        string deep = string.Join('/', Enumerable.Range(0, 3).Select(i => new string((char)('a' + i), 250)));
        for (int i = 1; i <= 3; i++)
        {
            await mirror.MakeFolderAsync(string.Join('/', deep.Split('/').Take(i)));
        }

        await mirror.WriteAsync("x", "one");
        await mirror.FlushCleanAsync();
        await mirror.RenameAsync("x", $"{deep}/{new string('x', 250)}");

        _ = await mirror.FlushAsync();

        Assert.Equal("one", await mirror.StoredAsync("x"));
    }

    [Fact]
    public async Task A_conflict_keeps_both_versions()
    {
        await using var mirror = await WithStoredAsync(("a.txt", "one"));
        await mirror.WriteAsync("a.txt", "mine");
        await mirror.PutForeignAsync("a.txt", "theirs");

        await mirror.FlushCleanAsync();

        Assert.Equal("mine", await mirror.StoredAsync("a.txt"));
        string other = Assert.Single(mirror.Keys(), key => key != "a.txt");
        Assert.StartsWith("a.conflict-", other, StringComparison.Ordinal);
        Assert.EndsWith(".txt", other, StringComparison.Ordinal);
        Assert.Equal("theirs", await mirror.StoredAsync(other));
        Assert.Equal("theirs", await mirror.ReadAsync(other));
    }

    [Fact]
    public async Task A_new_file_meets_another_new_one_of_its_name_and_both_are_kept()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.FillAsync("");
        await mirror.WriteAsync("a", "mine");
        await mirror.PutForeignAsync("a", "theirs");

        await mirror.FlushCleanAsync();

        Assert.Equal(2, mirror.Keys().Count);
        Assert.Equal("mine", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_file_deleted_in_the_store_and_edited_here_stays()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.WriteAsync("a", "mine");
        await mirror.DeleteForeignAsync("a");

        await mirror.FlushCleanAsync();

        Assert.Equal("mine", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_file_edited_in_the_store_and_deleted_here_comes_back()
    {
        await using var mirror = await WithStoredAsync(("a", "one"));
        await mirror.DeleteAsync("a");
        await mirror.PutForeignAsync("a", "theirs");

        await mirror.FlushCleanAsync();

        Assert.Equal("theirs", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_file_edited_in_the_store_whose_folder_was_deleted_here_comes_back_with_the_next_mount()
    {
        await using var mirror = await WithStoredAsync(("d/a", "one"));
        await mirror.DeleteAsync("d/a");
        await mirror.RemoveFolderAsync("d");
        await mirror.PutForeignAsync("d/a", "theirs");

        await mirror.FlushCleanAsync();
        await mirror.RemountAsync();

        Assert.Equal("theirs", await mirror.ReadAsync("d/a"));
    }

    [Fact]
    public async Task Equal_content_without_a_baseline_is_adopted()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "same");
        await mirror.FlushCleanAsync();
        await mirror.DeleteAsync("a");
        await mirror.FlushCleanAsync();
        await mirror.WriteAsync("a", "same");
        IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>
        {
            ["mtime"] = "1",
            ["agentbay-mtime"] = "1",
            ["sha256"] = ContentHash.Of("same"u8),
        };
        await mirror.PutForeignAsync("a", "same", metadata);

        await mirror.FlushCleanAsync();

        Assert.Equal(["a"], mirror.Keys());
    }

    [Theory]
    [InlineData(StoreCall.Put)]
    [InlineData(StoreCall.Copy)]
    [InlineData(StoreCall.Delete)]
    public async Task An_answer_that_is_lost_makes_no_conflict(StoreCall lost)
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.WriteAsync("old", "two");
        await mirror.FlushCleanAsync();
        await mirror.WriteAsync("a", "one and more");
        await mirror.RenameAsync("old", "new");
        mirror.Store.Fail(lost, afterEffect: true);

        await mirror.FlushCleanAsync();

        Assert.Equal(["a", "new"], mirror.Keys());
        Assert.Equal("one and more", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_file_whose_upload_lost_its_answer_and_that_is_then_deleted_leaves_nothing()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        mirror.Store.Fail(StoreCall.Put, afterEffect: true);
        await Assert.ThrowsAsync<FsException>(() => mirror.FsyncAsync("a"));
        await mirror.DeleteAsync("a");

        await mirror.FlushCleanAsync();

        Assert.Empty(mirror.Keys());
    }

    [Fact]
    public async Task A_flush_waits_for_the_store_and_loses_nothing()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        mirror.Store.IsDown = true;
        int calls = 0;
        mirror.Store.BeforeCall = (_, _) =>
        {
            mirror.Store.IsDown = ++calls < 5;
            return Task.CompletedTask;
        };

        await mirror.FlushCleanAsync();

        Assert.Equal("one", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_flush_that_is_cancelled_while_the_store_is_down_says_what_remains()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        mirror.Store.IsDown = true;
        using var deadline = new CancellationTokenSource();
        int calls = 0;
        mirror.Store.BeforeCall = (_, _) => ++calls == 3 ? deadline.CancelAsync() : Task.CompletedTask;

        FlushReport report = await mirror.FlushAsync(deadline.Token);

        Assert.Equal([TestMirror.PathOf("a")], report.Remaining.Select(change => change.Path));
        mirror.Store.IsDown = false;
        await mirror.RemountAsync();
        await mirror.FlushCleanAsync();
        Assert.Equal("one", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task Fsync_fails_while_the_store_is_down()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        mirror.Store.IsDown = true;

        FsException error = await Assert.ThrowsAsync<FsException>(() => mirror.FsyncAsync("a"));

        Assert.Equal(FsError.StoreUnavailable, error.Error);
    }

    [Fact]
    public async Task A_file_open_for_writing_keeps_its_old_name_in_the_store_until_it_is_closed()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        TestMirror.Writing writing = mirror.BeginWriting("a");
        await mirror.RenameAsync("a", "b");
        await mirror.WriteAsync("other", "x");

        await mirror.Session.FlushInBackgroundAsync();
        Assert.Equal(["a", "other"], mirror.Keys());

        writing.Path = "b";
        writing.Dispose();
        await mirror.Session.FlushInBackgroundAsync();
        Assert.Equal(["b", "other"], mirror.Keys());
    }

    internal static async Task<TestMirror> WithStoredAsync(params (string Path, string Content)[] files)
    {
        var mirror = await TestMirror.OpenAsync();
        foreach ((string path, string content) in files)
        {
            string[] parts = path.Split('/');
            for (int i = 1; i < parts.Length; i++)
            {
                string folder = string.Join('/', parts.Take(i));
                if (mirror.Stat(folder) is null)
                {
                    await mirror.MakeFolderAsync(folder);
                }
            }

            await mirror.WriteAsync(path, content);
        }

        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();
        foreach ((string path, _) in files)
        {
            await mirror.FillAsync(path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "");
        }

        return mirror;
    }

    internal static MountSessionOptions Small { get; } = NewSmall();

    internal static MountSessionOptions NewSmall() => new()
    {
        PartSize = 1 << 16,
        BlockSize = 20_000,
        Time = TestMirror.NewTime(),
    };

    internal static MemoryStore SmallParts() => new(MemoryStore.Capable with { MinPartSize = 1 });

    internal static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
