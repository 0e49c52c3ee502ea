using AgentBay.Testing;
using AgentBay.Testing.Http;

namespace AgentBay.Mount.Tests;

/// <summary>
/// What needs a mount namespace of its own, which begins with a copy of every mount: nothing runs beside these tests, whose disk or daemon would be kept by it.
/// </summary>
[Collection(NothingBeside.Name)]
public sealed class NamespaceTests(Machine machine)
{
    private const string UserTable = "/run/mount/utab";

    private const string Umount = """
        mount -t overlay -o "lowerdir=$1:/usr/sbin" none /usr/sbin
        "$2" test "$3" --cache-dir "$4" --write-back off
        for i in $(seq 300); do echo "$i" > "$3/$i"; done
        umount "$3"
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData<BothStores>]
    public async Task Where_the_helper_is_installed_umount_returns_when_everything_is_in_the_store(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        string helpers = Directory.CreateDirectory(Path.Combine(box.Folder, "sbin")).FullName;
        string helper = Path.Combine(helpers, "umount.fuse.agentbay");
        await File.WriteAllTextAsync(helper, $"#!/bin/sh\nexec '{Programs.AgentBayMount}' umount-helper \"$@\"\n", Cancel);
        File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        // umount(8) looks into /sbin only: here it is one of this test's own, in a namespace of its own.
        Ran ran = await box.ScriptInNamespaceAsync(Umount, helpers, Programs.AgentBayMount, box.Mount, box.Cache);

        _ = ran.Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(300, (await stored.KeysAsync()).Count);
        Assert.DoesNotContain(box.Mount, File.Exists(UserTable) ? await File.ReadAllTextAsync(UserTable, Cancel) : "", StringComparison.Ordinal);
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_mount_of_a_context_that_is_deleted_elsewhere_stores_nothing_and_says_so(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo one > stored && sync stored && echo two > new")).Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);

        // Elsewhere: for whom this mount, which reached the store by another URL, is none of theirs.
        if (store == StoreKind.S3)
        {
            await using var relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), async (request, forward, _) => await forward(request));
            (await box.AgentBayAsync("context", "delete", "test", "--yes", "--store", box.StoreUrl.Replace(box.Bucket.Server.Endpoint, $"http://127.0.0.1:{relay.Port}", StringComparison.Ordinal))).Ok();
        }
        else
        {
            const string delete = """mkdir elsewhere && mount --bind "$1" elsewhere && "$2" context delete test --yes --store "$PWD/elsewhere" """;
            (await box.ScriptInNamespaceAsync(delete, box.StoreUrl, Programs.AgentBayMount)).Ok();
        }

        Assert.Contains("was deleted", (await box.AgentBayAsync("sync", box.Mount)).Exits(3).Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await box.ScriptAsync(box.Mount, "sync new")).ExitCode);
        Assert.Equal("two\n", (await box.ScriptAsync(box.Mount, "cat new")).Ok().Output);
        Assert.Contains("new", (await box.AgentBayAsync("unmount", box.Mount)).Exits(3).Error, StringComparison.Ordinal);
        Assert.Empty(await stored.KeysAsync());
        string mirror = box.MirrorTree;
        Assert.Equal("two\n", await File.ReadAllTextAsync(Path.Combine(mirror, "new"), Cancel));
        Assert.Contains($"are in {mirror}: take", (await box.TryMountAsync()).Ok().Error, StringComparison.Ordinal);
        Assert.Empty((await box.ScriptAsync(box.Mount, "ls -A")).Ok().Output);
        await box.UnmountAsync();
    }

    private Task<MountBox> BoxAsync(StoreKind store) => MountBox.CreateAsync(machine, store, Who.Root);
}
