using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>Expiry: on the real server, where a day is ten seconds (<c>rgw lc debug interval</c>), and on a directory, where a file was stored long ago if its time says so.</summary>
public sealed class ExpiryTests(Machine machine)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData<BothStores>]
    public async Task A_file_that_the_store_lets_expire_goes_from_the_mount_and_is_not_stored_again(StoreKind kind)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, kind, "--write-back", "1s");
        (await box.ScriptAsync(box.Mount, "mkdir d && echo x > d/expires && echo y > stays && sync .")).Ok();
        string prefix = $"contexts/{await box.ContextIdAsync()}/";
        await using IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
        if (kind == StoreKind.Embedded)
        {
            (await box.ScriptAsync(box.StoreUrl, """touch -d '2 days ago' "$1" """, prefix + "d/expires")).Ok();
        }

        await store.SetExpiryRulesAsync("test-", [new ExpiryRule("test-1", prefix + "d/", 1)], Cancel);
        await Eventually.HappensAsync(async () => await store.HeadAsync(prefix + "d/expires", Cancel) is null, Cancel);

        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Ok();

        Assert.DoesNotContain("expires", (await box.ScriptAsync(box.Mount, "ls -R")).Ok().Output, StringComparison.Ordinal);
        (await box.ScriptAsync(box.Mount, "test \"$(cat stays)\" = y")).Ok();
        await box.UnmountAsync();
        Assert.Null(await store.HeadAsync(prefix + "d/expires", Cancel));
    }
}
