using AgentBay.Fs.Checking;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Linux;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Tests.Sync;
using AgentBay.Posix;
using AgentBay.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Tests.Checking;

/// <summary>Something is harmed between two mounts: fsck finds it, mends it, and the next mount has everything.</summary>
public sealed class ContextCheckerTests
{
    private static readonly CheckOptions Repairing = new() { Repair = true, Content = true };

    [Fact]
    public async Task A_context_that_nobody_harmed_is_clean()
    {
        await using var mirror = await StoredAsync();
        CheckReport report = null!;

        await mirror.RemountAsync(state => report = Check(mirror, state, new CheckOptions { Content = true }));

        Assert.Empty(Problems(report));
        Assert.Equal((4, true), (report.Objects, report.Names >= 4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_name_that_was_lost_is_given_back_unless_another_context_has_taken_it_since(bool taken)
    {
        var store = new FaultyStore(new MemoryStore());
        var catalog = new ContextCatalog(store, TimeProvider.System);
        ContextRecord context = await catalog.GetOrCreateAsync("a", CancellationToken.None);
        await store.DeleteAsync(".agentbay/names/a", null, CancellationToken.None);
        int looks = 0;
        store.BeforeCall = async (call, cancel) =>
        {
            if (taken && call is { Call: StoreCall.Get, Key: ".agentbay/names/a" } && ++looks == 2) // After the check, before the repair.
            {
                _ = await new ContextCatalog(store, TimeProvider.System).GetOrCreateAsync("a", cancel);
            }
        };

        CheckReport report = await new ContextChecker(store, context, Repairing, NullLogger.Instance).RunAsync(null, _ => throw new NotSupportedException(), CancellationToken.None);

        Assert.Equal(!taken, Assert.Single(report.Findings, finding => finding.Class == FindingClass.NameEntry).Repaired);
        Assert.Equal(!taken, (await catalog.FindAsync("a", CancellationToken.None))!.Id == context.Id);
    }

    [Fact]
    public async Task What_waits_for_the_next_mount_is_a_note()
    {
        await using var mirror = await StoredAsync();
        await mirror.WriteAsync("a", "edited");
        CheckReport report = null!;

        await mirror.KillAsync(state => report = Check(mirror, state, new CheckOptions()));

        Assert.Equal((FindingClass.Pending, false, "a"), Assert.Single(report.Findings, finding => finding.Path is not null) is var f ? (f.Class, f.IsProblem, f.Path.ToString()) : default);
    }

    [Fact]
    public async Task An_object_that_is_gone_is_uploaded_again_from_the_file_that_is_here()
    {
        await using var mirror = await StoredAsync();
        await mirror.DeleteForeignAsync("a");

        await AssertMendedAsync(mirror, _ => { }, FindingClass.ObjectMissing, "a");

        await mirror.FlushCleanAsync();
        Assert.Equal("content of a", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_placeholder_whose_object_is_gone_is_named_and_its_name_removed()
    {
        await using var mirror = await StoredAsync();
        await mirror.RemountAfreshAsync();
        await mirror.FillAsync("");
        await mirror.DeleteForeignAsync("a");

        await AssertMendedAsync(mirror, _ => { }, FindingClass.BytesLost, "a");

        Assert.Equal(["b", "d"], await mirror.ListAsync(""));
    }

    [Fact]
    public async Task A_placeholder_that_lost_its_mark_is_a_placeholder_again()
    {
        await using var mirror = await StoredAsync();
        await mirror.RemountAfreshAsync();
        await mirror.FillAsync("");

        await AssertMendedAsync(mirror, state => RemoveMark(Path.Combine(state, "tree", "a")), FindingClass.MarkLost, "a");

        Assert.Equal("content of a", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task Rotten_bytes_are_found_by_content_and_the_stored_ones_show_again()
    {
        await using var mirror = await StoredAsync();
        await mirror.RemountAsync(_ => { });

        // The disk rots: the index is made to know the times that the write leaves, as no write changes them.
        await AssertMendedAsync(mirror, state => Rot(state, "a", "kontent of a"), FindingClass.BitRot, "a");

        Assert.Equal("content of a", await mirror.ReadAsync("a"));
        await mirror.FlushCleanAsync();
        string damaged = Assert.Single(mirror.Keys(), key => key.StartsWith("a.damaged-", StringComparison.Ordinal));
        Assert.Equal("kontent of a", await mirror.StoredAsync(damaged));
    }

    [Fact]
    public async Task A_file_edited_behind_a_clean_mirrors_back_is_uploaded_by_the_next_mount()
    {
        await using var mirror = await StoredAsync();

        await AssertMendedAsync(mirror, state => File.WriteAllText(Path.Combine(state, "tree", "a"), "edited here"), FindingClass.EditedUnnoticed, "a");

        await mirror.FlushCleanAsync();
        Assert.Equal("edited here", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_file_that_a_clean_mirror_lost_comes_back()
    {
        await using var mirror = await StoredAsync();

        await AssertMendedAsync(mirror, state => File.Delete(Path.Combine(state, "tree", "d", "c")), FindingClass.FileMissing, "d/c");

        Assert.Equal("content of d/c", await mirror.ReadAsync("d/c"));
    }

    [Fact]
    public async Task A_damaged_index_is_set_aside()
    {
        await using var mirror = await StoredAsync();
        await mirror.RemountAsync(state => File.WriteAllText(Path.Combine(state, "index.db"), "no index"));
        CheckReport report = null!;

        await mirror.RemountAsync(state =>
        {
            File.WriteAllText(Path.Combine(state, "index.db"), "no index");
            report = Check(mirror, state, Repairing);
        });

        Assert.True(Assert.Single(report.Findings, finding => finding.Class == FindingClass.IndexCorrupt).Repaired);
        Assert.Equal("content of a", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task A_copy_that_a_killed_swap_left_is_deleted()
    {
        await using var mirror = await StoredAsync();
        await mirror.RemountAfreshAsync();
        await mirror.ExchangeAsync("a", "b");
        mirror.KillAt("CopyAside.copied");
        _ = await Record.ExceptionAsync(() => mirror.FlushAsync());
        CheckReport report = null!;

        await mirror.KillAsync(state => report = Check(mirror, state, Repairing));

        Assert.True(Assert.Single(report.Findings, finding => finding.Class == FindingClass.StaleCopy).Repaired);
    }

    [Fact]
    public async Task Keys_that_no_file_can_have_are_named()
    {
        await using var mirror = await StoredAsync();
        await mirror.PutForeignAsync($"{new string('x', 300)}", "");
        await mirror.PutForeignAsync("d", "a file where a folder is");
        CheckReport report = null!;

        await mirror.RemountAsync(state => report = Check(mirror, state, new CheckOptions()));

        Assert.Equal(FindingClass.UndecodableKey, Assert.Single(Problems(report)).Class);
        Assert.Contains("d‛file", Assert.Single(report.Findings, finding => finding.Class == FindingClass.ShadowedKey).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_store_is_said_and_nothing_is_compared_with_it()
    {
        await using var mirror = await StoredAsync();
        await mirror.RemountAsync(_ => { }, options => options with { StoreId = "the first" });
        CheckReport report = null!;

        await mirror.RemountAsync(state =>
        {
            mirror.Memory.DeleteManyAsync([.. mirror.Memory.Keys.Where(key => key.StartsWith("contexts/", StringComparison.Ordinal))], CancellationToken.None).GetAwaiter().GetResult();
            report = Check(mirror, state, Repairing);
        });

        Assert.Equal(FindingClass.StoreIdentity, Assert.Single(Problems(report)).Class);
        Assert.False(report.IsClean);
    }

    private static async Task AssertMendedAsync(TestMirror mirror, Action<string> harm, FindingClass found, string path)
    {
        CheckReport before = null!, repairing = null!, after = null!;
        await mirror.RemountAsync(state =>
        {
            harm(state);
            before = Check(mirror, state, new CheckOptions { Content = true });
            repairing = Check(mirror, state, Repairing);
            after = Check(mirror, state, new CheckOptions { Content = true });
        });
        Assert.Equal((found, path), Assert.Single(Problems(before)) is var first ? (first.Class, first.Path.ToString()) : default);
        Assert.True(repairing.IsClean, string.Join('\n', repairing.Findings));
        Assert.Empty(Problems(after));
    }

    /// <summary>The engine's tests have no catalog and no store id: those are the catalog's and the black-box tests' to check.</summary>
    private static IEnumerable<Finding> Problems(CheckReport report) =>
        report.Findings.Where(finding => finding.IsProblem && finding is not ({ Class: FindingClass.NameEntry } or { Class: FindingClass.StoreIdentity, Mend: Mend.WriteEntry }));

    private static CheckReport Check(TestMirror mirror, string state, CheckOptions options)
    {
        using StateFolder folder = StateFolder.TryOpen(state)!;
        return new ContextChecker(mirror.Memory, mirror.Context, options, NullLogger.Instance)
            .RunAsync(folder, opened => LinuxMirrorFiles.Open(opened.TreeDirectory, opened.StagingDirectory), CancellationToken.None).GetAwaiter().GetResult();
    }

    private static void RemoveMark(string file)
    {
        using SafeFileHandle open = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        Assert.Equal(Errno.OK, Syscall.RemoveXattr(open, "user.agentbay.placeholder"u8));
    }

    /// <summary>Other bytes of the same length; no write leaves ctime as it was, so the row learns the new one.</summary>
    private static void Rot(string state, string name, string bytes)
    {
        string file = Path.Combine(state, "tree", name);
        DateTime mtime = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, bytes);
        Assert.Equal(Errno.OK, Syscall.Stat(Syscall.CurrentDirectory, System.Text.Encoding.UTF8.GetBytes(file), out _));
        File.SetLastWriteTimeUtc(file, mtime);
        Syscall.Stat(Syscall.CurrentDirectory, System.Text.Encoding.UTF8.GetBytes(file), out FileStatus status);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(state, "index.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE baseline SET ctime = $ctime, mtime = $mtime WHERE path = $path";
        command.Parameters.AddWithValue("$ctime", status.ChangeTimeNs);
        command.Parameters.AddWithValue("$mtime", status.ModifyTimeNs);
        command.Parameters.AddWithValue("$path", System.Text.Encoding.UTF8.GetBytes(name));
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static async Task<TestMirror> StoredAsync()
    {
        TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.MakeFolderAsync("d");
        foreach (string path in new[] { "a", "b", "d/c", "d/e" })
        {
            await mirror.WriteAsync(path, $"content of {path}");
        }

        await Task.Delay(50); // Settled: each row knows its file's ctime.
        await mirror.FlushCleanAsync();
        return mirror;
    }
}
