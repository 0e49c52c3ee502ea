using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>autoUpload, autoDownload and syncLocalFile, seen in store, mirror and mount.</summary>
public sealed class SyncPolicyEffectTests
{
    private static readonly SyncPolicy ManualUpload = new() { UploadPolicy = new() { AutoUpload = false } };
    private static readonly SyncPolicy ManualDownload = new() { DownloadPolicy = new() { AutoDownload = false } };
    private static readonly SyncPolicy KeepDeleted = new() { DeletePolicy = new() { SyncLocalFile = false } };

    [Fact]
    public async Task Without_autoUpload_there_is_no_write_back_and_fsync_means_the_local_disk()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualUpload);

        Assert.False(mirror.Host.FsyncReachesStore);
        Assert.False(mirror.Session.UploadsByItself);
    }

    [Fact]
    public async Task Without_autoUpload_a_flush_that_is_asked_for_uploads()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualUpload);
        await mirror.WriteAsync("a", "1");

        await mirror.FlushCleanAsync();

        Assert.Equal(["a"], mirror.Keys());
    }

    [Fact]
    public async Task Where_deletions_stay_here_a_file_that_became_a_folder_comes_back_beside_it()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(KeepDeleted);
        await mirror.WriteAsync("a", "the file");
        await mirror.FlushCleanAsync();
        await mirror.DeleteAsync("a");
        await mirror.MakeFolderAsync("a");
        await mirror.WriteAsync("a/x", "in the folder");

        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();

        Assert.Equal(["a", "a/x"], mirror.Keys());
        SortedDictionary<string, string> seen = await mirror.TreeAsync();
        Assert.Equal("in the folder", await mirror.ReadAsync("a/x"));
        Assert.Equal("the file", await mirror.ReadAsync(Assert.Single(seen.Keys, name => name is not ("a" or "a/x"))));
    }

    [Fact]
    public async Task A_survey_names_what_a_flush_would_upload_and_uploads_nothing()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualUpload);
        await mirror.WriteAsync("gone", "1");
        await mirror.WriteAsync("same", "1");
        await mirror.FlushCleanAsync();
        await mirror.DeleteAsync("gone");
        await mirror.WriteAsync("new", "12345");
        await mirror.MakeFolderAsync("d");
        await mirror.WriteAsync("came and went", "1");
        await mirror.DeleteAsync("came and went");
        _ = mirror.NewCalls();

        FlushReport left = await mirror.Session.SurveyAsync(CancellationToken.None);

        Assert.Equal(["d 0", "gone 0", "new 5"], left.Remaining.Select(change => $"{change.Path} {change.Bytes}").Order());
        Assert.True(left.IsByPolicy);
        Assert.Empty(mirror.NewCalls());
    }

    [Fact]
    public async Task What_was_not_uploaded_waits_in_the_mirror_for_the_next_mount()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualUpload);
        await mirror.WriteAsync("a", "1");
        _ = await mirror.Session.SurveyAsync(CancellationToken.None);
        await mirror.RemountAsync();
        Assert.Equal(1, mirror.Session.Status.PendingFiles);

        await mirror.RemountAsync(SyncPolicy.Default);
        await mirror.FlushCleanAsync();

        Assert.Equal("1", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task After_a_survey_that_finds_nothing_the_mirror_is_left_clean()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualUpload);
        await mirror.WriteAsync("a", "1");
        await mirror.DeleteAsync("a");

        Assert.True((await mirror.Session.SurveyAsync(CancellationToken.None)).IsClean);

        await mirror.RemountAsync();
        Assert.Equal(0, mirror.Session.Status.PendingFiles);
    }

    [Fact]
    public async Task Without_autoDownload_nothing_of_the_store_appears_until_it_is_asked_for()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualDownload);
        await mirror.PutForeignAsync("d/a", "1");
        await mirror.PutForeignAsync("b", "2");
        Assert.Empty(await mirror.ListAsync(""));
        Assert.Empty(mirror.NewCalls());

        await mirror.Session.DownloadAsync(CancellationToken.None);

        Assert.Equal(["b", "d", "d/a"], (await mirror.TreeAsync()).Keys);
        await mirror.PutForeignAsync("d/later", "3");
        await mirror.RemountAsync();
        Assert.Equal(["a"], await mirror.ListAsync("d"));
    }

    [Fact]
    public async Task A_name_that_the_store_had_hidden_is_kept_twice()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualDownload);
        await mirror.PutForeignAsync("a", "theirs");
        await mirror.WriteAsync("a", "mine");

        await mirror.FlushCleanAsync();

        Assert.Equal("mine", await mirror.StoredAsync("a"));
        Assert.Equal("theirs", await mirror.StoredAsync(Assert.Single(mirror.Keys(), key => key.StartsWith("a.conflict-", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_deletion_that_meets_a_hidden_edit_leaves_it_hidden_until_it_is_asked_for()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualDownload);
        await mirror.WriteAsync("a", "mine");
        await mirror.FlushCleanAsync();
        await mirror.PutForeignAsync("a", "theirs");
        await mirror.DeleteAsync("a");

        await mirror.FlushCleanAsync();

        Assert.Empty(await mirror.ListAsync(""));
        await mirror.Session.DownloadAsync(CancellationToken.None);
        Assert.Equal("theirs", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_deletion_reaches_the_store_without_autoDownload_too()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(ManualDownload);
        await mirror.WriteAsync("a", "mine");
        await mirror.WriteAsync("b", "mine");
        await mirror.FlushCleanAsync();
        await mirror.DeleteAsync("a");

        await mirror.FlushCleanAsync();

        Assert.Equal(["b"], mirror.Keys());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deletion_that_stays_local_is_undone_by_the_next_mount(bool killed)
    {
        await using TestMirror mirror = await WithStoredAsync("a", "d/b");
        await mirror.DeleteAsync("a");
        await mirror.DeleteAsync("d/b");
        await mirror.RemoveFolderAsync("d");
        if (killed)
        {
            await mirror.KillAsync();
        }
        else
        {
            await mirror.FlushCleanAsync();
            Assert.Empty(await mirror.ListAsync(""));
            await mirror.RemountAsync();
        }

        Assert.Equal(["a", "d", "d/b"], (await mirror.TreeAsync()).Keys);
        Assert.Equal(["a", "d/b"], mirror.Keys());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deletion_that_stayed_local_stays_one_when_later_ones_are_synced(bool killed)
    {
        await using TestMirror mirror = await WithStoredAsync("a", "d/b");
        await mirror.DeleteAsync("a");
        if (killed)
        {
            await mirror.KillAsync(SyncPolicy.Default);
        }
        else
        {
            await mirror.FlushCleanAsync();
            await mirror.RemountAsync(SyncPolicy.Default);
        }

        await mirror.FlushCleanAsync();

        Assert.Equal(["a", "d", "d/b"], (await mirror.TreeAsync()).Keys);
        await mirror.FlushCleanAsync();
        Assert.Equal(["a", "d/b"], mirror.Keys());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_deletions_stay_local_a_rename_uploads_the_new_name_and_the_old_one_stays(bool readBefore)
    {
        await using TestMirror mirror = await WithStoredAsync("a", "d/b");
        if (readBefore)
        {
            _ = await mirror.ReadAsync("a");
        }

        await mirror.RenameAsync("a", "c");

        await mirror.FlushCleanAsync();

        Assert.Equal(["a", "c", "d/b"], mirror.Keys());
        Assert.Equal("a", await mirror.StoredAsync("c"));
        Assert.Equal("a", await mirror.ReadAsync("c"));
        await mirror.RemountAsync();
        Assert.Equal(["a", "c", "d"], await mirror.ListAsync(""));
    }

    [Fact]
    public async Task Where_deletions_stay_local_what_is_overwritten_is_uploaded()
    {
        await using TestMirror mirror = await WithStoredAsync("a", "d/b");
        await mirror.WriteAsync("a", "edited");
        await mirror.WriteAsync("b.tmp", "saved");
        await mirror.RenameAsync("b.tmp", "d/b");

        await mirror.FlushCleanAsync();

        Assert.Equal(("edited", "saved"), (await mirror.StoredAsync("a"), await mirror.StoredAsync("d/b")));
        Assert.Equal(["a", "d/b"], mirror.Keys());
    }

    [Fact]
    public async Task A_file_made_anew_after_its_deletion_stayed_local_replaces_the_version_that_was_known()
    {
        await using TestMirror mirror = await WithStoredAsync("a", "d/b");
        await mirror.DeleteAsync("a");
        await mirror.FlushCleanAsync();
        await mirror.WriteAsync("a", "anew");

        await mirror.FlushCleanAsync();

        Assert.Equal(["a", "d/b"], mirror.Keys());
        Assert.Equal("anew", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task An_inode_number_that_comes_again_is_no_placeholder()
    {
        await using TestMirror mirror = await WithStoredAsync("a", "d/b");
        await mirror.DeleteAsync("a");
        await mirror.FlushCleanAsync();
        for (int i = 0; i < 20; i++)
        {
            await mirror.WriteAsync($"new{i}", $"{i}");
        }

        await mirror.FlushCleanAsync();
        await mirror.RemountAsync();

        Assert.Equal("7", await mirror.ReadAsync("new7"));
        Assert.False(mirror.IsPlaceholder("new7"));
    }

    // What Windows could not hold is an ordinary name here, and in the store.
    [Theory]
    [InlineData("CON")]
    [InlineData("nul.txt")]
    [InlineData("trailing.")]
    [InlineData("trailing ")]
    [InlineData("a:b")]
    [InlineData("a|b<c>d\"e?f*g")]
    [InlineData("back\\slash")]
    [InlineData("tab\tnew\nline")]
    public async Task Names_that_Windows_cannot_hold_come_back_as_they_were(string name)
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync(name, "1");
        await mirror.FlushCleanAsync();

        await mirror.RemountAfreshAsync();

        Assert.Equal([name], await mirror.ListAsync(""));
        Assert.Equal("1", await mirror.ReadAsync(name));
    }

    [Fact]
    public async Task Names_that_differ_in_case_alone_are_two_files()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("README", "1");
        await mirror.WriteAsync("readme", "2");
        await mirror.FlushCleanAsync();

        await mirror.RemountAfreshAsync();

        Assert.Equal(("1", "2"), (await mirror.ReadAsync("README"), await mirror.ReadAsync("readme")));
    }

    /// <summary>Deletions stay local; the objects are foreign and their content is their key.</summary>
    private static async Task<TestMirror> WithStoredAsync(params IEnumerable<string> keys)
    {
        TestMirror mirror = await TestMirror.OpenAsync(KeepDeleted);
        foreach (string key in keys)
        {
            await mirror.PutForeignAsync(key, key);
        }

        foreach (string key in keys)
        {
            await mirror.FillAsync(key.Contains('/', StringComparison.Ordinal) ? key[..key.LastIndexOf('/')] : "");
        }

        return mirror;
    }
}
