using System.Text;
using AgentBay.Fs.Mirror;
using AgentBay.Fuse;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>Files whose bytes are in the store only, on the real kernel.</summary>
public sealed class RealKernelPlaceholderTests
{
    public static TheoryData<FuseDataPath> DataPaths => [FuseDataPath.Passthrough, FuseDataPath.WritebackCache];

    [Theory, MemberData(nameof(DataPaths))]
    public async Task A_placeholder_looks_whole_and_is_read_whole_after_one_download(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);
        _ = mounted.Host.Place("f", Encoding.ASCII.GetBytes(new string('x', 100_000)), mtimeNs: 1_000_000_000_000_000_007);

        Assert.Equal("100000 196 1000000000 1", await mounted.ShellAsync("stat -c '%s %b %Y %h' f"));
        Assert.Empty(mounted.Host.Calls);
        Assert.Equal("100000 100000", await mounted.ShellAsync("(tr -cd x < f | wc -c) > /tmp/agentbay-$$ & tr -cd x < f | wc -c; wait; cat /tmp/agentbay-$$; rm /tmp/agentbay-$$").ContinueWith(t => t.Result.Replace('\n', ' '), TaskScheduler.Default));
        Assert.Equal("100000 1000000000", await mounted.ShellAsync("stat -c '%s %Y' f"));
        Assert.Equal("hydrate f", Assert.Single(mounted.Host.Calls.Distinct()));
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task Tar_and_cp_take_placeholders_for_plain_files_that_do_not_change(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);
        for (int i = 0; i < 20; i++)
        {
            _ = mounted.Host.Place($"f{i}", Encoding.ASCII.GetBytes(new string('x', 5000)));
        }

        Assert.Equal("", await mounted.ShellAsync("""
            mkdir /tmp/agentbay-$$; trap 'rm -rf /tmp/agentbay-$$' EXIT
            tar cf /tmp/agentbay-$$/t f1? 2>&1; cp -a f? /tmp/agentbay-$$; for i in f?; do cmp $i /tmp/agentbay-$$/$i; done
            test $(tar xOf /tmp/agentbay-$$/t | tr -d x | wc -c) = 0
            """));
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task What_is_thrown_away_is_not_downloaded(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);
        foreach (string name in new[] { "truncated", "overwritten", "removed", "covered", "moved", "modes" })
        {
            _ = mounted.Host.Place(name, "store"u8.ToArray());
        }

        await mounted.ShellAsync("""
            python3 -c 'import os; os.truncate("truncated", 0)'; echo new > overwritten; rm removed; echo c > c; mv c covered; mv moved m2; ln m2 m3; chmod 600 modes; setfattr -n user.a -v b modes 2>/dev/null || true
            touch -c -d @77 modes; test $(stat -c %Y modes) = 77; test $(stat -c %s modes) = 5
            test "$(cat overwritten)" = new; test $(stat -c %s truncated) = 0; test "$(cat covered)" = c
            """);
        Assert.DoesNotContain(mounted.Host.Calls, call => call.StartsWith("hydrate", StringComparison.Ordinal));
        Assert.Equal("store 77", await mounted.ShellAsync("echo $(cat modes) $(stat -c %Y modes)"));
        Assert.Equal("store", await mounted.ShellAsync("cat m3"));
        Assert.Equal(["discard overwritten", "discard truncated"], mounted.Host.Calls.Where(call => call.StartsWith("discard", StringComparison.Ordinal)).Order());
        Assert.Equal(0, mounted.Host.Placeholders.Count);
    }

    [Theory, MemberData(nameof(DataPaths))]
    public async Task Appending_to_a_placeholder_appends_to_what_the_store_has(FuseDataPath dataPath)
    {
        await using Mounted mounted = await Mounted.StartAsync(dataPath);
        _ = mounted.Host.Place("f", "store"u8.ToArray());

        Assert.Equal("storemore", await mounted.ShellAsync("echo -n more >> f; cat f"));
    }

    [Fact]
    public async Task A_download_that_hangs_is_left_by_a_signal()
    {
        await using Mounted mounted = await Mounted.StartAsync(FuseDataPath.Passthrough);
        _ = mounted.Host.Place("f", "store"u8.ToArray());
        mounted.Host.Hold = new TaskCompletionSource();

        Assert.Equal("124", await mounted.ShellAsync("timeout 0.2 cat f || echo $?"));
        Assert.Equal("5", await mounted.ShellAsync("stat -c %s f"));
        mounted.Host.Hold = null;
        Assert.Equal("store", await mounted.ShellAsync("cat f"));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_an_io_error_and_the_next_read_tries_again()
    {
        await using Mounted mounted = await Mounted.StartAsync(FuseDataPath.Passthrough);
        _ = mounted.Host.Place("f", "store"u8.ToArray());
        mounted.Host.Failure = FsError.StoreUnavailable;

        Assert.Contains("Input/output error", await mounted.ShellAsync("cat f 2>&1 || true"), StringComparison.Ordinal);
        mounted.Host.Failure = null;
        Assert.Equal("store", await mounted.ShellAsync("cat f"));
    }

    [Fact]
    public async Task Names_that_come_late_are_waited_for_and_then_there()
    {
        await using Mounted mounted = await Mounted.StartAsync(FuseDataPath.Passthrough);
        Directory.CreateDirectory(Path.Combine(mounted.Mirror, "d"));
        mounted.Host.Unfilled[TreePath.Root] = () => mounted.Host.Place("late", "1"u8.ToArray());
        mounted.Host.Unfilled[TreePath.Parse("d")] = () => mounted.Host.Place("d/later", "2"u8.ToArray());

        Assert.Equal("1 later 2", await mounted.ShellAsync("echo $(cat late) $(ls d) $(cat d/later)"));
        Assert.Equal("Directory not empty", await mounted.ShellAsync("(rmdir d 2>&1 || true) | sed 's/.*: //'"));
        Assert.Equal("2", await mounted.ShellAsync("mv d e; cat e/later"));
        Assert.Contains("fill tree d", mounted.Host.Calls);
    }

    [Fact]
    public async Task What_sync_puts_in_place_shows_at_once_and_open_files_keep_theirs()
    {
        await using Mounted mounted = await Mounted.StartAsync(FuseDataPath.Passthrough);
        await mounted.ShellAsync("echo old > f; ! cat absent 2>/dev/null; cat f");
        using FileStream open = File.OpenRead(mounted.At("f"));
        TreePath f = TreePath.Parse("f"), absent = TreePath.Parse("absent");
        using (mounted.Host.Gate.EnterExclusive())
        {
            var mark = new PlaceholderMark("k", "e", 4, 1);
            mounted.Host.Objects["k"] = "new\n"u8.ToArray();
            LocalEntry placed = mounted.Files.PlacePlaceholder(f, mark, new EntryAttributes { Mode = 0x1A4, MtimeNs = 1 }, mounted.Files.TryStat(f)!.Value.Identity)!.Value;
            mounted.Host.Placeholders.Set(placed.Identity.Inode, mark);
            placed = mounted.Files.PlacePlaceholder(absent, mark, new EntryAttributes { Mode = 0x1A4, MtimeNs = 1 }, null)!.Value;
            mounted.Host.Placeholders.Set(placed.Identity.Inode, mark);
        }

        mounted.Host.EntryChanged!(f);
        mounted.Host.EntryChanged!(absent);

        // The kernel is told by another thread: looked at until it is so, or the test's own time ends.
        await mounted.ShellAsync("until test \"$(cat f)\" = new; do :; done; until test \"$(cat absent 2>/dev/null)\" = new; do :; done");
        var old = new byte[8];
        Assert.Equal("old\n", Encoding.ASCII.GetString(old, 0, open.Read(old)));
    }
}
