using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>A file that was changed here became a folder elsewhere, or the reverse: no version is lost. The folder has the name, the file shows beside it and is a conflict.</summary>
public sealed class KindConflictTests
{
    private const string Name = "a\u201bfile";

    /// <summary>As the test's mirror spells names: a character a byte.</summary>
    private static readonly string Beside = System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(Name));

    public enum Way
    {
        FlushFirst,
        DownloadFirst,
        Killed,
    }

    public static TheoryData<Way> Ways => [.. Enum.GetValues<Way>()];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_file_edited_here_that_became_a_folder_elsewhere(Way way)
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "one"), ("keep", "k"));
        await mirror.WriteAsync("a", "mine");
        await mirror.DeleteForeignAsync("a");
        await mirror.PutForeignAsync("a/x", "theirs");

        await SeeAsync(mirror, way);

        await IsAsync(mirror, (Beside, "mine"), ("a/x", "theirs"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_folder_edited_here_that_became_a_file_elsewhere(Way way)
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a/x", "one"), ("keep", "k"));
        await mirror.WriteAsync("a/x", "mine");
        await mirror.WriteAsync("a/y", "new");
        await mirror.DeleteForeignAsync("a/x");
        await mirror.PutForeignAsync("a", "theirs");

        await SeeAsync(mirror, way);

        await IsAsync(mirror, (Beside, "theirs"), ("a/x", "mine"), ("a/y", "new"));
    }

    [Fact]
    public async Task It_is_no_conflict_any_more_when_the_file_has_another_name()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("keep", "k"));
        await mirror.PutForeignAsync("a", "file");
        await mirror.PutForeignAsync("a/x", "folder");
        await mirror.RemountAsync();
        _ = await mirror.TreeAsync();
        Assert.Equal(PathSyncState.Conflict, mirror.Session.Look(TreePath.Parse(Name))!.State);

        await mirror.RenameAsync(Beside, "b");
        await mirror.FlushCleanAsync();

        Assert.Equal(["a/x", "b", "keep"], mirror.Keys());
        Assert.Empty(await mirror.Session.FindConflictsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task It_is_listed_as_soon_as_a_flush_met_it_also_where_the_store_has_the_file()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("keep", "k"));
        _ = await mirror.TreeAsync();
        await mirror.MakeFolderAsync("a");
        await mirror.WriteAsync("a/x", "mine");
        await mirror.PutForeignAsync("a", "theirs");

        await mirror.FlushCleanAsync();

        await AssertListedAsync(mirror);
    }

    [Fact]
    public async Task It_is_listed_as_soon_as_a_flush_met_it_also_where_the_file_is_here()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "one"), ("keep", "k"));
        _ = await mirror.TreeAsync();
        await mirror.WriteAsync("a", "mine");
        await mirror.DeleteForeignAsync("a");
        await mirror.PutForeignAsync("a/x", "theirs");

        await mirror.FlushCleanAsync();

        await AssertListedAsync(mirror);
    }

    [Fact]
    public async Task A_name_whose_kind_changes_here_only_is_no_conflict_while_the_store_has_both()
    {
        await using TestMirror mirror = await SyncEngineTests.WithStoredAsync(("a", "one"), ("keep", "k"));
        _ = await mirror.TreeAsync();
        await mirror.DeleteAsync("a");
        await mirror.MakeFolderAsync("a");
        await mirror.PutForeignAsync("a/x", "a key that the flush has written already");

        Assert.Empty(await mirror.Session.FindConflictsAsync(CancellationToken.None));
    }

    private static async Task SeeAsync(TestMirror mirror, Way way)
    {
        switch (way)
        {
            case Way.Killed:
                await mirror.KillAsync();
                break;
            case Way.DownloadFirst:
                await mirror.Session.DownloadAsync(CancellationToken.None);
                break;
            default:
                break;
        }

        await mirror.FlushCleanAsync();
        await mirror.RemountAsync();
        _ = await mirror.TreeAsync();
        await mirror.FlushCleanAsync();
    }

    /// <summary>Here, and on a machine that has never seen the context.</summary>
    private static async Task IsAsync(TestMirror mirror, params (string Path, string Content)[] files)
    {
        for (int machine = 1; machine <= 2; machine++)
        {
            Assert.Equal(files.Select(file => file.Path).Append("a").Append("keep").Order(StringComparer.Ordinal), (await mirror.TreeAsync()).Keys.Order(StringComparer.Ordinal));
            foreach ((string path, string content) in files)
            {
                Assert.Equal(content, await mirror.ReadAsync(path));
            }

            await AssertListedAsync(mirror);
            await mirror.FlushCleanAsync();
            await mirror.RemountAfreshAsync();
        }
    }

    private static async Task AssertListedAsync(TestMirror mirror) => Assert.Equal(Name, Assert.Single(await mirror.Session.FindConflictsAsync(CancellationToken.None)).Path);
}
