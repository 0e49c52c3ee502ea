using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>What became of mirror, disk and store between two mounts, and during one: nothing is lost, or the message says what to do.</summary>
public sealed class RecoveryTests(Machine machine)
{
    /// <summary>So that all of the index is in its file.</summary>
    private const string Checkpoint = "sqlite3 index.db 'PRAGMA wal_checkpoint(TRUNCATE);' > /dev/null && ";

    private const string Scribble = "dd if=/dev/urandom of=index.db bs=4096 seek=1 count=50 conv=notrunc status=none";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData<BothStores>]
    public async Task Unmounting_a_killed_mount_with_nothing_pending_says_that_everything_is_in_the_store(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "mkdir d && echo one > d/a && ln -s a d/link && cp -p d/a d/b")).Ok();
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        await box.KillDaemonAsync();

        Ran cleared = (await box.AgentBayAsync("unmount", box.Mount)).Ok();

        Assert.Contains("Everything is in the store", cleared.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(box.Mount));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_mirror_deleted_between_two_mounts_comes_back_from_the_store(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "mkdir d && echo one > d/a")).Ok();
        await box.UnmountAsync();
        (await box.RunAsync("rm", "-rf", box.Cache)).Ok();

        await box.MountAsync();

        Assert.Equal("one\n", (await box.ScriptAsync(box.Mount, "cat d/a")).Ok().Output);
        await box.UnmountAsync();
    }

    [Theory]
    [InlineData(StoreKind.Embedded, "the tree", false)]
    [InlineData(StoreKind.S3, "the tree", true)]
    [InlineData(StoreKind.Embedded, "all in it", true)]
    [InlineData(StoreKind.S3, "all in it", false)]
    [InlineData(StoreKind.Embedded, "a folder", true)]
    [InlineData(StoreKind.S3, "a folder", true)]
    public async Task What_was_taken_out_of_the_mirror_between_two_mounts_is_deleted_nowhere(StoreKind store, string lost, bool clean)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "mkdir d && echo one > d/a && echo two > b")).Ok();
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        await (clean ? box.UnmountAsync() : box.KillDaemonAsync());
        (await box.ScriptAsync(box.MirrorTree, lost switch { "the tree" => "rm -rf \"$PWD\"", "all in it" => "rm -rf d b", _ => "rm -rf d" })).Ok();

        await box.MountAsync("--write-back", "1s");
        Assert.Equal("one\ntwo\n", (await box.ScriptAsync(box.Mount, "cat d/a b && echo three > c")).Ok().Output);
        await box.UnmountAsync();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(["b", "c", "d/a"], await stored.KeysAsync());
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_mirror_deleted_while_it_is_mounted_deletes_nothing_in_the_store(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "1s");
        (await box.ScriptAsync(box.Mount, "mkdir d && for i in $(seq 20); do echo $i > d/f$i; done && echo x > top")).Ok();
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        using var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync());
        (await box.ScriptAsync("/", """rm -rf "$1"/* """, box.Cache)).Ok();
        _ = await box.ScriptAsync(box.Mount, "ls -R . ; echo new > top; ls d");

        Ran unmounted = (await box.AgentBayAsync("unmount", box.Mount)).Exits(3);

        Assert.Contains("was deleted while it was mounted", unmounted.Error, StringComparison.Ordinal);
        await Eventually.EndsAsync(daemon);
        await box.MountAsync();
        Assert.Equal("21\n", (await box.ScriptAsync(box.Mount, "cat d/* top | wc -l")).Ok().Output);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Another_store_behind_the_same_URL_is_refused_and_the_mirror_stays_as_it_is(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "echo precious > file")).Ok();
        await box.UnmountAsync();
        string id = await box.ContextIdAsync();

        // The same context in a store that was made anew: its record is there, its objects and the store's id are not.
        await using IObjectStore raw = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
        Func<Task>[] putBack = [await TakeAwayAsync(raw, $"contexts/{id}/file"), await TakeAwayAsync(raw, ".agentbay/store.json")];
        Ran refused = (await box.TryMountAsync()).Exits(1);

        Assert.Contains("is not the one that the mirror", refused.Error, StringComparison.Ordinal);
        Assert.Equal("precious\n", await File.ReadAllTextAsync(Path.Combine(box.MirrorTree, "file"), Cancel));
        Assert.Contains("store-identity", (await box.AgentBayAsync("fsck", id, "--cache-dir", box.Cache)).Exits(3).Output, StringComparison.Ordinal);
        await Task.WhenAll(putBack.Select(put => put()));
        await box.MountAsync();
        Assert.Equal("precious\n", (await box.ScriptAsync(box.Mount, "cat file")).Ok().Output);
        await box.UnmountAsync();
    }

    [Fact]
    public async Task A_store_that_was_made_anew_after_everything_was_in_it_gets_a_new_context_of_the_same_name()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "echo old > file")).Ok();
        await box.UnmountAsync();
        string mirror = box.MirrorTree;
        Directory.Delete(box.StoreUrl, recursive: true);

        Ran mounted = (await box.TryMountAsync()).Ok();

        Assert.Contains($"Its mirror is still in {Path.GetDirectoryName(mirror)}:", mounted.Error, StringComparison.Ordinal);
        Assert.Empty((await box.ScriptAsync(box.Mount, "ls -A")).Ok().Output);
        await box.UnmountAsync();
    }

    [Fact]
    public async Task An_empty_store_behind_the_same_URL_gets_no_new_context_of_the_same_name_while_a_mirror_holds_what_was_not_stored()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await box.MountAsync("--upload", "manual");
        (await box.ScriptAsync(box.Mount, "echo precious > file")).Ok();
        await box.UnmountAsync("--force");
        Directory.Move(box.StoreUrl, box.StoreUrl + ".real");
        Directory.CreateDirectory(box.StoreUrl);

        Ran refused = (await box.TryMountAsync()).Exits(1);

        Assert.Contains("is not the one that the mirror", refused.Error, StringComparison.Ordinal);
        Directory.Delete(box.StoreUrl, recursive: true);
        Directory.Move(box.StoreUrl + ".real", box.StoreUrl);
        await box.MountAsync();
        Assert.Equal("precious\n", (await box.ScriptAsync(box.Mount, "cat file")).Ok().Output);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task On_a_full_disk_writers_get_ENOSPC_and_what_was_written_is_stored_when_there_is_room(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 48);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "head -c 30M /dev/urandom > stored && sync stored && echo small > a")).Ok();
        await box.UnmountAsync();
        await box.MountAsync("--write-back", "1s");
        string ballast = await disk.FillAsync();

        Ran full = await box.ScriptAsync(box.Mount, "head -c 5M /dev/urandom > more");
        Assert.Contains("No space left on device", full.Error, StringComparison.Ordinal);
        Assert.Equal("small\n", (await box.ScriptAsync(box.Mount, "cat a")).Ok().Output);
        File.Delete(ballast);

        (await box.ScriptAsync(box.Mount, "echo fits > more")).Ok();
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync();
        Assert.Equal("fits\nsmall\n31457280\n", (await box.ScriptAsync(box.Mount, "cat more a && stat -c %s stored")).Ok().Output);
        await box.UnmountAsync();
    }

    /// <summary>Without ballast: nobody can free anything but by deleting what was just written.</summary>
    [Theory]
    [ClassData<BothStores>]
    public async Task On_a_disk_that_the_mounts_own_data_filled_everything_that_was_closed_goes_to_the_store(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 80);
        await box.MountAsync("--write-back", "off");
        await FillThroughMountAsync(box);

        (await box.AgentBayAsync("sync", box.Mount)).Ok();

        await AssertAllStoredAsync(box);
        (await box.ScriptAsync(box.Mount, "rm large && echo fits > small7")).Ok();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("fits\n", await stored.ReadAsync("small7"));
    }

    [Theory]
    [InlineData(StoreKind.Embedded, false)]
    [InlineData(StoreKind.S3, true)]
    public async Task After_a_kill_on_a_disk_that_the_mounts_own_data_filled_fsck_and_the_next_mount_lose_nothing(StoreKind store, bool unmount)
    {
        await using MountBox box = await BoxAsync(store);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 80);
        await box.MountAsync("--write-back", "off");
        await FillThroughMountAsync(box);
        await box.KillDaemonAsync();
        if (unmount)
        {
            _ = await box.AgentBayAsync("unmount", box.Mount);
        }

        Ran check = await box.AgentBayAsync("fsck", "test", "--cache-dir", box.Cache);
        Assert.DoesNotContain("full", check.Output + check.Error, StringComparison.Ordinal);
        await box.MountAsync("--write-back", "off");
        await box.UnmountAsync();

        await AssertAllStoredAsync(box);
        (await box.AgentBayAsync("fsck", "test", "--cache-dir", box.Cache)).Ok();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Where_nothing_more_can_be_noted_on_a_full_disk_sync_and_unmount_end_and_say_so(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 32);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "for i in $(seq 1000); do echo $i > small$i; done")).Ok();
        string ballast = await disk.FillAsync(reserveToo: true);

        Assert.Contains("The disk of the mirror is full", (await box.AgentBayAsync("sync", box.Mount)).Exits(3).Error, StringComparison.Ordinal);
        Assert.Contains("The disk of the mirror is full", (await box.AgentBayAsync("unmount", box.Mount)).Exits(3).Error, StringComparison.Ordinal);

        File.Delete(ballast);
        await box.MountAsync();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(1000, (await stored.KeysAsync()).Count);
    }

    [Fact]
    public async Task A_disk_that_others_filled_after_a_kill_can_be_mounted_by_its_reserve()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 32);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo one > a")).Ok();
        await box.KillDaemonAsync();
        _ = await disk.FillAsync();

        await box.MountAsync();
        await box.UnmountAsync();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("one\n", await stored.ReadAsync("a"));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_read_only_disk_is_said_at_the_mount_and_the_index_stays(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 32);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "echo one > a")).Ok();
        await box.UnmountAsync();

        await disk.RemountAsync("ro");
        Ran readOnly = (await box.TryMountAsync()).Exits(1);
        await disk.RemountAsync("rw");

        Assert.Contains("Read-only file system", readOnly.Error, StringComparison.Ordinal);
        Assert.Contains("--cache-dir", readOnly.Error, StringComparison.Ordinal);
        await box.MountAsync();
        Assert.Equal("one\n", (await box.ScriptAsync(box.Mount, "cat a")).Ok().Output);
        await box.UnmountAsync();
        Assert.Empty(Directory.GetFiles(disk.Folder, "*.corrupt-*", SearchOption.AllDirectories));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task While_the_disk_is_read_only_programs_get_errors_and_closed_files_are_stored_afterwards(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 32);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo closed > a")).Ok();
        (await box.RunAsync("sync", "-f", disk.Folder)).Ok();
        using var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync());
        await disk.ForceReadOnlyAsync();

        Assert.NotEqual(0, (await box.ScriptAsync(box.Mount, "echo b > b")).ExitCode);
        Assert.Equal("closed\n", (await box.ScriptAsync(box.Mount, "cat a")).Ok().Output);
        _ = (await box.AgentBayAsync("unmount", box.Mount, "--deadline", "5s")).Exits(3);

        await Eventually.EndsAsync(daemon);
        await disk.ReplugAsync();
        await box.MountAsync();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("closed\n", await stored.ReadAsync("a"));
    }

    /// <summary>The next start of the machine finds less on the disk than was stored.</summary>
    [Theory]
    [ClassData<BothStores>]
    public async Task After_a_loss_of_power_the_stores_version_is_back_and_what_the_disk_holds_is_kept_beside_it(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, """echo stored > behind.txt && echo stored > missing && echo stored > stays && sync "$1" && echo closed > edited""", box.Mount)).Ok();
        await box.KillDaemonAsync();
        (await box.ScriptAsync(box.MirrorTree, """touch -r behind.txt ../time && echo -n older > behind.txt && touch -r ../time behind.txt && rm missing""")).Ok();
        (await box.RunAsync("sqlite3", box.IndexFile, "UPDATE meta SET value = 'another start' WHERE name = 'boot'")).Ok();

        await box.MountAsync();

        Assert.Equal("stored\nstored\nstored\nclosed\n", (await box.ScriptAsync(box.Mount, "cat behind.txt missing stays edited")).Ok().Output);
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        IReadOnlyList<string> keys = await stored.KeysAsync();
        string kept = Assert.Single(keys, key => key.StartsWith("behind.recovered-", StringComparison.Ordinal));
        Assert.EndsWith(".txt", kept, StringComparison.Ordinal);
        Assert.Equal(["behind.txt", "edited", "missing", "stays"], keys.Except([kept]));
        Assert.Equal(("stored\n", "older"), (await stored.ReadAsync("behind.txt"), await stored.ReadAsync(kept)));
    }

    /// <summary>Of what was edited and not stored, nobody knows any more what it was made from: it and the store's version are kept.</summary>
    [Theory]
    [InlineData(StoreKind.Embedded, "deleted", 0, "rm index.db*")]
    [InlineData(StoreKind.Embedded, "cut in the middle", 1, Checkpoint + "truncate -s 8192 index.db")]
    [InlineData(StoreKind.Embedded, "garbage from its second page on", 1, Checkpoint + Scribble)]
    [InlineData(StoreKind.Embedded, "no database", 1, Checkpoint + "echo nothing of the kind > index.db")]
    [InlineData(StoreKind.Embedded, "without its log", 0, "rm index.db-wal index.db-shm")]
    [InlineData(StoreKind.S3, "garbage from its second page on", 1, Checkpoint + Scribble)]
    [InlineData(StoreKind.S3, "without its log", 0, "rm index.db-wal index.db-shm")]
    public async Task Nothing_is_lost_with_an_index_that_is(StoreKind store, string how, int setAside, string harm)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo stored > stored && echo never read > placeholder && for i in $(seq 100); do echo $i > many$i; done")).Ok();
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--write-back", "off", "--prefetch", "off");
        (await box.ScriptAsync(box.Mount, "cat stored && echo new > new && echo edited > many7 && mv many8 moved")).Ok();
        await box.KillDaemonAsync();
        string state = Path.GetDirectoryName(box.IndexFile)!;
        (await box.ScriptAsync(state, harm)).Ok();

        await box.MountAsync("--write-back", "off");

        const string read = "cat placeholder new many7 moved stored many9";
        Assert.Equal(("never read\nnew\nedited\n8\nstored\n9\n", how), ((await box.ScriptAsync(box.Mount, read)).Ok().Output, how));
        Assert.Equal(setAside, Directory.GetFiles(state, "index.db.corrupt-*").Count(name => !name.EndsWith("-wal", StringComparison.Ordinal) && !name.EndsWith("-shm", StringComparison.Ordinal)));
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync();
        Assert.Equal("never read\nnew\nedited\n8\nstored\n9\n", (await box.ScriptAsync(box.Mount, read)).Ok().Output);
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("7\n", await stored.ReadAsync(Assert.Single(await stored.KeysAsync(), key => key.Contains(".conflict-", StringComparison.Ordinal))));
        await box.UnmountAsync();
    }

    /// <summary>What a clock leaves on files that jumps a year ahead, back, and comes to the same moment again.</summary>
    [Theory]
    [ClassData<BothStores>]
    public async Task A_clock_that_jumps_loses_no_change(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, """for f in ahead back same; do echo one > $f; done; touch -d '1 year' ahead && touch -d '1 year ago' back && sync "$1" """, box.Mount)).Ok();
        (await box.ScriptAsync(box.Mount, """touch -r same "$1/time"; for f in ahead back same; do echo two > $f; done; touch -d '1 year ago' ahead && touch -d '1 year' back && touch -r "$1/time" same""", Path.Combine(box.Folder, "work"))).Ok();
        await box.KillDaemonAsync();

        await box.MountAsync();
        await box.UnmountAsync();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(["ahead", "back", "same"], await stored.KeysAsync());
        Assert.Equal(("two\n", "two\n", "two\n"), (await stored.ReadAsync("ahead"), await stored.ReadAsync("back"), await stored.ReadAsync("same")));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_moved_file_whose_bytes_went_elsewhere_before_they_were_read_is_named_and_can_be_deleted(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "echo precious > a && echo other > other")).Ok();
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--write-back", "off", "--prefetch", "off");
        (await box.ScriptAsync(box.Mount, "mv a moved")).Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.WriteAsync("a", "theirs");

        Assert.Contains("The bytes of moved are gone", (await box.AgentBayAsync("sync", box.Mount)).Exits(3).Error, StringComparison.Ordinal);

        Assert.Contains("Input/output error", (await box.ScriptAsync(box.Mount, "cat moved")).Exits(1).Error, StringComparison.Ordinal);
        (await box.ScriptAsync(box.Mount, "rm moved")).Ok();
        await box.UnmountAsync();
        Assert.Equal(["a", "other"], await stored.KeysAsync());
        Assert.Equal("theirs", await stored.ReadAsync("a"));
    }

    [Fact]
    public async Task Where_the_disk_is_full_a_mount_says_so_and_nothing_is_lost()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 32);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo one > a")).Ok();
        (await box.RunAsync("sync", "-f", disk.Folder)).Ok();
        await box.KillDaemonAsync();
        string ballast = await disk.FillAsync(reserveToo: true);

        Ran full = (await box.TryMountAsync()).Exits(1);

        Assert.Contains("disk", full.Error, StringComparison.Ordinal);
        Assert.Contains("full", full.Error, StringComparison.Ordinal);
        File.Delete(ballast);
        await box.MountAsync();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("one\n", await stored.ReadAsync("a"));
        Assert.Empty(Directory.GetFiles(disk.Folder, "*.corrupt-*", SearchOption.AllDirectories));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task On_a_full_disk_a_file_that_would_have_to_be_fetched_gives_ENOSPC_until_there_is_room(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "head -c 10M /dev/zero > large && echo small > a")).Ok();
        await box.UnmountAsync();
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 32);
        await box.MountAsync("--prefetch", "off");
        (await box.ScriptAsync(box.Mount, "ls -l && cat a")).Ok();
        string ballast = await disk.FillAsync();

        Assert.Contains("No space left on device", (await box.ScriptAsync(box.Mount, "cat large")).Exits(1).Error, StringComparison.Ordinal);
        Assert.Equal("small\n", (await box.ScriptAsync(box.Mount, "cat a")).Ok().Output);
        File.Delete(ballast);

        Assert.Equal("10485760\n", (await box.ScriptAsync(box.Mount, "cat large | wc -c")).Ok().Output);
        await box.UnmountAsync();
    }

    /// <summary>Twenty megabytes are stored; then files, small ones first, until nothing fits any more.</summary>
    private static async Task FillThroughMountAsync(MountBox box)
    {
        (await box.ScriptAsync(box.Mount, """head -c 20M /dev/urandom > stored && sync stored && for i in $(seq 1000); do echo $i > small$i; done""")).Ok();
        Ran full = (await box.ScriptAsync(box.Mount, "head -c 70M /dev/zero > large")).Exits(1);
        Assert.Contains("No space left on device", full.Error, StringComparison.Ordinal);
        _ = await box.ScriptAsync(box.Mount, "for i in $(seq 1000); do echo $i > last$i; done"); // The blocks that a large write leaves.
    }

    /// <summary>As they are in the mirror.</summary>
    private static async Task AssertAllStoredAsync(MountBox box)
    {
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        IEnumerable<string?> here = Directory.EnumerateFiles(box.MirrorTree).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(here, await stored.KeysAsync());
        Assert.Equal("1000\n", await stored.ReadAsync("small1000"));
        Assert.Equal(new FileInfo(Path.Combine(box.MirrorTree, "large")).Length, (await stored.ReadAsync("large"))!.Length);
    }

    /// <returns>What puts it back.</returns>
    private static async Task<Func<Task>> TakeAwayAsync(IObjectStore store, string key)
    {
        ObjectInfo info = await store.HeadAsync(key, Cancel) ?? throw new FileNotFoundException(key);
        var bytes = new MemoryStream();
        await using (ObjectContent? content = await store.GetAsync(key, null, null, Cancel))
        {
            await content!.Body.CopyToAsync(bytes, Cancel);
        }

        await store.DeleteAsync(key, null, Cancel);
        return () => store.PutAsync(key, bytes.ToArray(), new PutOptions { Metadata = info.Metadata }, Cancel);
    }

    private Task<MountBox> BoxAsync(StoreKind store) => MountBox.CreateAsync(machine, store, Who.Root);
}
