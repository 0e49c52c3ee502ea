using System.Collections.Concurrent;
using AgentBay.Testing;
using AgentBay.Testing.Http;

namespace AgentBay.Mount.Tests;

/// <summary>What the store has of a large file is not sent again.</summary>
public sealed class LargeFileTests(Machine machine)
{
    /// <summary>Of 8 MiB.</summary>
    private const int Parts = 8;

    private readonly ConcurrentDictionary<string, byte> sent = new();

    [Fact]
    public async Task Of_a_large_file_the_parts_that_changed_are_sent_also_after_a_new_machine_has_read_it()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        await using HttpRelay relay = Relay(box);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, $"head -c {Parts * 8}M /dev/urandom > large && sync large")).Ok();
        Assert.Equal(Parts, sent.Count);

        (await box.ScriptAsync(box.Mount, "printf changed | dd of=large bs=1 seek=20000000 conv=notrunc status=none && sync large")).Ok();
        Assert.Equal(Parts + 1, sent.Count);
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--write-back", "off");
        string sum = (await box.ScriptAsync(box.Mount, "printf again | dd of=large bs=1 seek=50000000 conv=notrunc status=none && sync large && sha256sum < large")).Ok().Output;
        Assert.Equal(Parts + 2, sent.Count);
        await box.UnmountAsync();

        box.NewCache();
        await box.MountAsync();
        Assert.Equal(sum, (await box.ScriptAsync(box.Mount, "sha256sum < large")).Ok().Output);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task After_a_kill_in_the_middle_of_a_large_upload_the_next_mount_goes_on_with_it(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        await using HttpRelay? relay = store == StoreKind.S3 ? Relay(box) : null;
        box.Set("AGENTBAY_FAULT", "Upload.part:5");
        await box.MountAsync("--write-back", "off");
        using var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync());
        string sum = (await box.ScriptAsync(box.Mount, $"head -c {Parts * 8}M /dev/urandom > large && sha256sum < large; sync large || true")).Ok().Output;
        await Eventually.EndsAsync(daemon);
        sent.Clear();
        box.Set("AGENTBAY_FAULT", "");

        await box.MountAsync("--write-back", "off");
        await box.UnmountAsync();

        if (store == StoreKind.S3)
        {
            // What was on its way when the daemon died may have arrived, or not.
            Assert.InRange(sent.Count, 0, Parts - 5);
            Assert.Empty(await box.Bucket.ListUploadsAsync());
        }

        box.NewCache();
        await box.MountAsync();
        Assert.Equal(sum, (await box.ScriptAsync(box.Mount, "sha256sum < large")).Ok().Output);
        await box.UnmountAsync();
    }

    /// <summary>Notes the parts whose bytes are sent; one that is sent again after a time-out is the same.</summary>
    private HttpRelay Relay(MountBox box)
    {
        var relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), async (request, forward, _) =>
        {
            if (request.Method == "PUT" && request.Parameters.Contains("partNumber") && request.Header("x-amz-copy-source") is null)
            {
                sent.TryAdd(request.Target, 0);
            }

            return await forward(request);
        });
        box.ReachStoreBy($"http://127.0.0.1:{relay.Port}");
        return relay;
    }
}
