using AgentBay.Posix;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>What was written is not lost: the daemon killed, the store away, the mount taken away under the daemon.</summary>
public sealed class SurvivalTests(Machine machine)
{
    [Theory]
    [InlineData(StoreKind.Embedded, Who.Root)]
    [InlineData(StoreKind.Embedded, Who.OrdinaryUser)]
    [InlineData(StoreKind.S3, Who.Root)]
    public async Task After_kill_9_in_the_middle_of_writing_every_closed_file_is_there_and_gets_uploaded(StoreKind store, Who who)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, who);
        await box.MountAsync("--write-back", "1s");
        // dd, unlike the shell's redirection, looks at what close(2) says: only what it succeeded for counts.
        using var writer = box.Start("bash", "-c", """cd "$1" && for i in $(seq 100000); do echo "content $i" | dd of="file$i" status=none && echo "$i" || exit; done""", "bash", box.Mount);
        int closed = 0;
        while (closed < 500)
        {
            string? line = await writer.StandardOutput.ReadLineAsync();
            closed = int.Parse(line ?? throw new InvalidOperationException($"It failed after {closed} files: {await writer.StandardError.ReadToEndAsync()}"));
        }

        await box.KillDaemonAsync();
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            closed = int.Parse(line);
        }

        await Eventually.EndsAsync(writer);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, """for i in $(seq "$1"); do test "$(cat "file$i")" = "content $i"; done""", $"{closed}")).Ok();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        for (int i = 1; i <= closed; i++)
        {
            Assert.Equal($"content {i}\n", await stored.ReadAsync($"file{i}"));
        }
    }

    [Fact]
    public async Task While_the_store_is_away_programs_work_on_and_everything_is_uploaded_when_it_is_back()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        await using var proxy = new FlakyProxy(box.Bucket.Server.Endpoint);
        box.ReachStoreBy(proxy.Endpoint);
        await box.MountAsync("--write-back", "1s");
        (await box.ScriptAsync(box.Mount, "mkdir d && echo before > d/before && head -c 100K /dev/urandom > d/placeholder && ls d")).Ok();
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--write-back", "1s", "--prefetch", "off");
        (await box.ScriptAsync(box.Mount, "ls -l d && cat d/before")).Ok();

        proxy.Cut();
        (await box.ScriptAsync(box.Mount, """echo during > d/during && cat d/before d/during && mv d/before d/moved && echo more >> d/moved && mkdir e && for i in $(seq 200); do echo "$i" > "e/$i"; done && rm e/7""")).Ok();
        Assert.NotEqual(0, (await box.ScriptAsync(box.Mount, "sync d/during")).ExitCode);
        Ran read = await box.ScriptAsync(box.Mount, "cat d/placeholder");
        Assert.Contains("Input/output error", read.Error, StringComparison.Ordinal);
        proxy.Restore();

        (await box.ScriptAsync(box.Mount, "sync d/during && cat d/placeholder | wc -c")).Ok();
        await TreeSnapshot.AssertComesBackAsync(box);
    }

    [Fact]
    public async Task While_a_directory_store_is_full_programs_work_on_and_everything_is_uploaded_when_there_is_room()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        Directory.CreateDirectory(box.StoreUrl);
        (await box.RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "none", box.StoreUrl)).Ok();
        try
        {
            await box.MountAsync("--write-back", "1s");
            (await box.ScriptAsync(box.Mount, "echo before > before && sync before")).Ok();
            string filler = Path.Combine(box.StoreUrl, "filler");
            _ = await box.ScriptAsync("/", """cat /dev/zero > "$1" """, filler);

            (await box.ScriptAsync(box.Mount, "mkdir d && for i in $(seq 50); do echo $i > d/$i; done && mv before moved && cat moved")).Ok();
            Assert.NotEqual(0, (await box.ScriptAsync(box.Mount, "sync d/7")).ExitCode);
            File.Delete(filler);

            await box.UnmountAsync();
            await using StoredContext stored = await StoredContext.OpenAsync(box);
            Assert.Equal(("before\n", "7\n", 51), (await stored.ReadAsync("moved"), await stored.ReadAsync("d/7"), (await stored.KeysAsync()).Count));
        }
        finally
        {
            (await box.RunAsync("umount", "-l", box.StoreUrl)).Ok();
        }
    }

    [Theory]
    [InlineData(StoreKind.Embedded, Who.Root)]
    [InlineData(StoreKind.Embedded, Who.OrdinaryUser)]
    [InlineData(StoreKind.S3, Who.Root)]
    public async Task A_plain_umount_loses_nothing_the_daemon_drains_and_ends(StoreKind store, Who who)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, who);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, """for i in $(seq 300); do echo "$i" > "f$i"; done""")).Ok();
        using var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync());
        (await (who == Who.Root ? box.RunAsync("umount", "-i", box.Mount) : box.RunAsync("fusermount3", "-u", box.Mount))).Ok();
        await Eventually.EndsAsync(daemon);
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        for (int i = 1; i <= 300; i++)
        {
            Assert.Equal($"{i}\n", await stored.ReadAsync($"f{i}"));
        }
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task SIGTERM_flushes_and_unmounts(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo last > word")).Ok();
        int pid = await box.DaemonAsync();
        using var daemon = System.Diagnostics.Process.GetProcessById(pid);
        Syscall.Kill(pid, 15).ThrowIfError("kill");
        await Eventually.EndsAsync(daemon);
        Assert.DoesNotContain(box.Mount, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("last\n", await stored.ReadAsync("word"));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task When_fsync_returns_the_file_is_in_the_store_under_the_name_it_has(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        await box.MountAsync("--write-back", "off");
        const string show = "stat -c '%n %a %s %y' d/name && getfattr --only-values -n user.a d/name";
        (await box.ScriptAsync(box.Mount, "mkdir d && echo one > d/tmp && chmod 640 d/tmp && setfattr -n user.a -v value d/tmp && touch -d '2001-02-03 04:05:06.123456789 UTC' d/tmp && mv d/tmp d/name && sync d/name && echo two > d/other")).Ok();
        string before = (await box.ScriptAsync(box.Mount, show)).Ok().Output;
        await box.KillDaemonAsync();

        box.NewCache(); // Another machine, which knows only the store.
        await box.MountAsync();
        Assert.Equal("name\none\n", (await box.ScriptAsync(box.Mount, "ls d && cat d/name")).Ok().Output);
        Assert.Equal(before, (await box.ScriptAsync(box.Mount, show)).Ok().Output);

        // Attributes alone, of what is stored.
        (await box.ScriptAsync(box.Mount, "chmod 604 d/name && setfattr -n user.a -v changed d/name && touch -d '2002-02-03 04:05:06.5 UTC' d/name && sync d/name")).Ok();
        string after = (await box.ScriptAsync(box.Mount, show)).Ok().Output;
        await box.KillDaemonAsync();
        box.NewCache();
        await box.MountAsync();
        Assert.Equal(after, (await box.ScriptAsync(box.Mount, show)).Ok().Output);
        await box.UnmountAsync();
    }
}
