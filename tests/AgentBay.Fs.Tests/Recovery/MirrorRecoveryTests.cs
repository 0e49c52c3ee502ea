using System.Diagnostics;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Keys;
using AgentBay.Fs.Tests.Sync;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Recovery;

/// <summary>What else may become of a mirror and its store between two mounts and during one.</summary>
public sealed class MirrorRecoveryTests
{
    [Fact]
    public async Task After_its_state_folder_was_deleted_a_context_is_as_the_store_has_it()
    {
        await using var mirror = await StoredAsync("d/a", "d/b");

        await mirror.RemountAsync(state => Directory.Delete(state, recursive: true));

        Assert.Equal("content of d/a", await mirror.ReadAsync("d/a"));
        await mirror.FlushCleanAsync();
        Assert.Equal(["d/a", "d/b"], mirror.Keys());
    }

    /// <summary>After a kill a single name that is missing was deleted through the mount: nobody can tell otherwise.</summary>
    [Theory]
    [InlineData("the tree", false)]
    [InlineData("the tree", true)]
    [InlineData("all that is in the tree", false)]
    [InlineData("all that is in the tree", true)]
    [InlineData("a folder", true)]
    [InlineData("a file", true)]
    public async Task What_was_taken_out_of_the_mirror_beside_the_mount_is_deleted_nowhere(string lost, bool clean)
    {
        await using var mirror = await StoredAsync("d/a", "d/b", "c");
        await mirror.RemountAsync();
        _ = await mirror.TreeAsync();
        void Harm(string state)
        {
            string tree = Path.Combine(state, "tree");
            switch (lost)
            {
                case "the tree":
                    Directory.Delete(tree, recursive: true);
                    break;
                case "all that is in the tree":
                    Directory.Delete(Path.Combine(tree, "d"), recursive: true);
                    File.Delete(Path.Combine(tree, "c"));
                    break;
                case "a folder":
                    Directory.Delete(Path.Combine(tree, "d"), recursive: true);
                    break;
                default:
                    File.Delete(Path.Combine(tree, "d", "a"));
                    break;
            }
        }

        await (clean ? mirror.RemountAsync(Harm) : mirror.KillAsync(Harm));
        await mirror.FlushCleanAsync();
        SortedDictionary<string, string> seen = await mirror.TreeAsync();
        await mirror.FlushCleanAsync();

        Assert.Equal(["c", "d", "d/a", "d/b"], seen.Keys);
        Assert.Equal(["c", "d/a", "d/b"], mirror.Keys());
        Assert.Equal("content of d/a", await mirror.ReadAsync("d/a"));
        await mirror.DeleteAsync("d/a");
        await mirror.KillAsync();
        await mirror.FlushCleanAsync();
        Assert.Equal(["c", "d/b"], mirror.Keys());
    }

    /// <summary>As a backup does: another inode, with the attributes of the one that the index knows, and its mark.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_placeholder_that_was_put_back_beside_the_mount_still_gets_its_bytes(bool clean)
    {
        await using var mirror = await StoredAsync("d/a", "d/b");
        await mirror.RemountAfreshAsync();
        _ = await mirror.ListAsync("d");
        static void Harm(string state)
        {
            string file = Path.Combine(state, "tree", "d", "a");
            using var copy = Process.Start("cp", ["-a", "--", file, file + ".copy"]);
            Assert.True(copy.WaitForExit(Eventually.Limit), "cp has not ended.");
            File.Move(file + ".copy", file, overwrite: true);
        }

        await (clean ? mirror.RemountAsync(Harm) : mirror.KillAsync(Harm));

        Assert.Equal("content of d/a", await mirror.ReadAsync("d/a"));
        Assert.Equal("content of d/b", await mirror.ReadAsync("d/b"));
        await mirror.FlushCleanAsync();
        Assert.Equal("content of d/a", await mirror.StoredAsync("d/a"));
    }

    [Fact]
    public async Task A_placeholder_that_was_put_over_a_file_that_is_here_is_never_stored_as_zeros()
    {
        await using var mirror = await StoredAsync("d/a");
        await mirror.RemountAfreshAsync();
        _ = await mirror.ListAsync("d");
        string file = Path.Combine(mirror.StateDirectory, "tree", "d", "a");
        string backup = Path.Combine(mirror.StateDirectory, "backup");
        using (var copy = Process.Start("cp", ["-a", "--", file, backup]))
        {
            await copy.WaitForExitAsync();
        }

        _ = await mirror.ReadAsync("d/a");
        await mirror.RemountAsync(_ => File.Move(backup, file, overwrite: true));
        await mirror.ChangeModeAsync("d/a", 0x180);
        await mirror.FlushCleanAsync();

        Assert.Equal("content of d/a", await mirror.StoredAsync("d/a"));
        Assert.Equal("content of d/a", await mirror.ReadAsync("d/a"));
    }

    [Fact]
    public async Task A_mirror_deleted_while_it_is_mounted_deletes_nothing_in_the_store_and_says_so()
    {
        await using var mirror = await StoredAsync("d/a", "b");
        await mirror.RemountAsync();
        await mirror.WriteAsync("b", "edited and not uploaded");
        Directory.Delete(Path.Combine(mirror.StateDirectory, "tree"), recursive: true);

        FsException error = await Assert.ThrowsAsync<FsException>(() => mirror.Session.DownloadAsync(CancellationToken.None));
        var report = await mirror.FlushAsync();

        Assert.Contains("was deleted while it was mounted", error.Message, StringComparison.Ordinal);
        Assert.Contains("was deleted while it was mounted", Assert.Single(report.Remaining).Error, StringComparison.Ordinal);
        Assert.Equal(["b", "d/a"], mirror.Keys());
    }

    [Fact]
    public async Task Another_store_behind_the_same_URL_is_refused_and_nothing_is_removed_here()
    {
        await using var mirror = await StoredAsync("a");
        await mirror.RemountAsync(_ => { }, options => options with { StoreId = "one" });
        await mirror.FillAsync("");

        FsException error = await Assert.ThrowsAsync<FsException>(() => mirror.RemountAsync(_ => { }, options => options with { StoreId = "" }));
        await mirror.ReopenAsync(options => options with { StoreId = "one" });

        Assert.Contains("is not the one that the mirror", error.Message, StringComparison.Ordinal);
        Assert.Equal("content of a", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_store_has_one_id_however_many_ask_for_it_first()
    {
        var store = new MemoryStore();

        string[] ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new StoreIdentity(store, TimeProvider.System).FindOrCreateAsync(CancellationToken.None)));

        Assert.Single(ids.Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_moved_file_whose_bytes_went_elsewhere_before_they_were_read_is_named_and_can_be_deleted(bool replaced)
    {
        await using var mirror = await StoredAsync("a", "other");
        await mirror.RemountAfreshAsync();
        await mirror.RenameAsync("a", "moved");
        await (replaced ? mirror.PutForeignAsync("a", "a new one") : mirror.DeleteForeignAsync("a"));

        var report = await mirror.FlushAsync();

        Assert.Contains("The bytes of moved are gone", Assert.Single(report.Remaining).Error, StringComparison.Ordinal);
        Assert.Equal(replaced ? ["a", "moved", "other"] : ["moved", "other"], await mirror.ListAsync(""));
        FsException unreadable = await Assert.ThrowsAsync<FsException>(() => mirror.ReadAsync("moved"));
        Assert.Equal(FsError.Lost, unreadable.Error);
        await mirror.DeleteAsync("moved");
        await mirror.FlushCleanAsync();
        Assert.Equal(replaced ? ["a", "other"] : ["other"], mirror.Keys());
    }

    [Fact]
    public async Task Files_that_changed_places_and_went_elsewhere_meanwhile_are_named_and_can_be_deleted()
    {
        await using var mirror = await StoredAsync("a", "b");
        await mirror.RemountAfreshAsync();
        await mirror.ExchangeAsync("a", "b");
        await mirror.DeleteForeignAsync("a");
        await mirror.DeleteForeignAsync("b");

        var report = await mirror.FlushAsync();

        Assert.Equal(2, report.Remaining.Count);
        await mirror.DeleteAsync("a");
        await mirror.DeleteAsync("b");
        await mirror.FlushCleanAsync();
        Assert.All(mirror.Memory.Keys, key => Assert.StartsWith(".agentbay/contexts/", key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CopyAside.copied")]
    [InlineData("CopyAside.after")]
    [InlineData("Copy.copied")]
    public async Task A_swap_that_was_killed_in_the_middle_leaves_no_copy_aside(string step)
    {
        await using var mirror = await StoredAsync("a", "b");
        await mirror.RemountAfreshAsync();
        await mirror.ExchangeAsync("a", "b");
        mirror.KillAt(step);
        _ = await Record.ExceptionAsync(() => mirror.FlushAsync());

        await mirror.KillAsync();
        await mirror.FlushCleanAsync();

        Assert.DoesNotContain(mirror.Memory.Keys, ContextKeys.IsAside);
        Assert.Equal(("content of b", "content of a"), (await mirror.ReadAsync("a"), await mirror.ReadAsync("b")));
    }

    [Fact]
    public async Task A_conflict_that_was_killed_in_the_middle_leaves_one_copy()
    {
        await using var mirror = await StoredAsync("a.txt");
        await mirror.WriteAsync("a.txt", "mine");
        await mirror.PutForeignAsync("a.txt", "theirs");
        mirror.KillAt("Conflict.copied");
        _ = await Record.ExceptionAsync(() => mirror.FlushAsync());

        await mirror.KillAsync();
        mirror.Time.Advance(TimeSpan.FromHours(1));
        await mirror.FlushCleanAsync();

        Assert.Equal(2, mirror.Keys().Count);
        Assert.Equal(mirror.Keys(), await mirror.ListAsync(""));
        Assert.Single(mirror.Keys(), key => key.Contains(".conflict-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_copy_of_a_conflict_that_was_killed_in_the_middle_is_found_on_any_page()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(memory: new MemoryStore { PageSize = 1 });
        await mirror.WriteAsync("a.txt", "base");
        await mirror.FlushCleanAsync();
        await mirror.PutForeignAsync("a.conflict-! by hand.txt", "before it in the listing");
        await mirror.WriteAsync("a.txt", "mine");
        await mirror.PutForeignAsync("a.txt", "theirs");
        mirror.KillAt("Conflict.copied");
        _ = await Record.ExceptionAsync(() => mirror.FlushAsync());

        await mirror.KillAsync();
        mirror.Time.Advance(TimeSpan.FromHours(1));
        await mirror.FlushCleanAsync();

        Assert.Equal(3, mirror.Keys().Count);
    }

    [Theory]
    [InlineData("in the future", 4_000_000_000)]
    [InlineData("before the epoch", -1_000_000)]
    public async Task A_file_whose_time_is(string when, long seconds)
    {
        await using var mirror = await StoredAsync("a");
        await mirror.SetTimeAsync("a", seconds * 1_000_000_000);
        await mirror.FlushCleanAsync();
        await mirror.AppendAsync("a", " and more");
        await mirror.SetTimeAsync("a", seconds * 1_000_000_000); // As a clock that jumped back gives it the same time again.

        await mirror.KillAsync();
        await mirror.FlushCleanAsync();

        Assert.Equal(("content of a and more", when), (await mirror.StoredAsync("a"), when));
        await mirror.RemountAfreshAsync();
        Assert.Equal(seconds * 1_000_000_000, mirror.Stat("a") is null ? await TimeOf(mirror) : mirror.Stat("a")!.Value.ModifyTimeNs);
    }

    [Fact]
    public async Task A_clock_that_jumps_a_year_forth_and_back_loses_no_change()
    {
        await using var mirror = await StoredAsync("a");
        mirror.Time.Advance(TimeSpan.FromDays(365));
        await mirror.WriteAsync("a", "a year later");
        await mirror.KillAsync();
        mirror.Time.JumpTo(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));

        await mirror.WriteAsync("b", "a year before");
        await mirror.FlushCleanAsync();

        Assert.Equal(("a year later", "a year before"), (await mirror.StoredAsync("a"), await mirror.StoredAsync("b")));
    }

    private static async Task<long> TimeOf(TestMirror mirror)
    {
        await mirror.FillAsync("");
        return mirror.Stat("a")!.Value.ModifyTimeNs;
    }

    private static async Task<TestMirror> StoredAsync(params string[] paths)
    {
        TestMirror mirror = await TestMirror.OpenAsync();
        foreach (string folder in paths.Where(path => path.Contains('/', StringComparison.Ordinal)).Select(path => path.Split('/')[0]).Distinct())
        {
            await mirror.MakeFolderAsync(folder);
        }

        foreach (string path in paths)
        {
            await mirror.WriteAsync(path, $"content of {path}");
        }

        await mirror.FlushCleanAsync();
        return mirror;
    }
}
