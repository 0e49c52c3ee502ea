using System.Diagnostics;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>Mounts that are not in the mount table any more and still upload.</summary>
public sealed class DrainingTests(Machine machine)
{
    [Theory]
    [InlineData(10)]
    [InlineData(200)] // Its control socket's path is longer than an address can be.
    public async Task A_mount_that_drains_is_found_however_long_its_state_folder_s_path_is(int length)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        await using var proxy = new FlakyProxy(box.Bucket.Server.Endpoint);
        box.UseCache(Path.Combine(box.Folder, "cache" + new string('c', length)));
        await box.MountAsync("--write-back", "off", "--store", box.StoreUrl.Replace(box.Bucket.Server.Endpoint, proxy.Endpoint, StringComparison.Ordinal));
        (await box.ScriptAsync(box.Mount, "echo x > a")).Ok();
        using var daemon = Process.GetProcessById(await box.DaemonAsync());
        proxy.Cut();
        (await box.RunAsync("umount", "-i", box.Mount)).Ok();

        string? state = null;
        await Eventually.HappensAsync(
            async () => (state = (await box.AgentBayAsync("status", box.Mount, "--json")).Json().GetProperty("state").GetString()) is not ("mounted" or "unmounting"), TestContext.Current.CancellationToken);
        proxy.Restore();

        Assert.Equal("draining", state);
        await Eventually.EndsAsync(daemon);
    }
}
