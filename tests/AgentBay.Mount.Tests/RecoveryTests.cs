using AgentBay.ObjectStore;

namespace AgentBay.Mount.Tests;

/// <summary>What became of mirror, disk and store between two mounts, and during one: nothing is lost, or the message says what to do.</summary>
public sealed class RecoveryTests(Machine machine)
{
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
        await daemon.WaitForExitAsync(Cancel);
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

    [Theory]
    [ClassData<BothStores>]
    public async Task On_a_full_disk_writers_get_ENOSPC_and_what_was_written_is_stored_when_there_is_room(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await using LoopDisk disk = await LoopDisk.CreateAsync(box, megabytes: 48);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "head -c 30M /dev/urandom > stored && sync stored && echo small > a")).Ok();
        await box.UnmountAsync();
        string ballast = Path.Combine(disk.Folder, "ballast");
        await box.MountAsync("--write-back", "1s");
        _ = await box.ScriptAsync("/", """dd if=/dev/zero of="$1" bs=64K 2>/dev/null || true""", ballast);

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

    [Theory]
    [ClassData<BothStores>]
    public async Task A_full_or_read_only_disk_is_said_at_the_mount_and_the_index_stays(StoreKind store)
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
        await disk.ForceReadOnlyAsync();

        Assert.NotEqual(0, (await box.ScriptAsync(box.Mount, "echo b > b")).ExitCode);
        Assert.Equal("closed\n", (await box.ScriptAsync(box.Mount, "cat a")).Ok().Output);
        _ = (await box.AgentBayAsync("unmount", box.Mount, "--deadline", "5s")).Exits(3);

        await disk.ReplugAsync();
        await box.MountAsync();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal("closed\n", await stored.ReadAsync("a"));
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
