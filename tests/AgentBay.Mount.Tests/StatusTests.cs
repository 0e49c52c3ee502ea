using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using AgentBay.Posix;
using AgentBay.Testing;
using AgentBay.Testing.Http;

namespace AgentBay.Mount.Tests;

/// <summary>What can be asked of a mount, and what becomes of conflicts and failures.</summary>
public sealed class StatusTests(Machine machine)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData<BothStores>]
    public async Task Status_of_a_file_says_how_it_stands_with_the_store_and_so_does_its_xattr(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        string file = Path.Combine(box.Mount, "a file");
        await File.WriteAllTextAsync(file, "1", Cancel);

        Assert.Equal(("pending", "pending"), (await StateAsync(box, file), await XattrAsync(box, file)));
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        Assert.Equal(("synced", "synced"), (await StateAsync(box, file), await XattrAsync(box, file)));
        Assert.Contains("synced", (await box.AgentBayAsync("status", file)).Ok().Output, StringComparison.Ordinal);

        Assert.DoesNotContain("agentbay", (await box.RunAsync("getfattr", "-d", "-m", "-", file)).Ok().Output, StringComparison.Ordinal);
        Assert.Contains("no", (await box.AgentBayAsync("status", Path.Combine(box.Mount, "none"))).Exits(1).Error, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Info_has_a_row_for_each_transfer_that_was_asked_for(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();

        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Ok();

        using var rows = JsonDocument.Parse((await box.AgentBayAsync("info", box.Mount, "--json")).Ok().Output);
        string id = await box.ContextIdAsync();
        Assert.Equal(
            [$"{id} {box.Mount} upload Success", $"{id} {box.Mount} download Success"],
            rows.RootElement.EnumerateArray().Select(row => string.Join(' ', new[] { "contextId", "path", "taskType", "status" }.Select(name => row.GetProperty(name).GetString()))));
        Assert.Contains("download", (await box.AgentBayAsync("info", box.Mount)).Ok().Output, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    [Theory]
    [InlineData(StoreKind.Embedded, "--ours", "ours", null)]
    [InlineData(StoreKind.Embedded, "--theirs", "theirs", null)]
    [InlineData(StoreKind.Embedded, "--both", "ours", "theirs")]
    [InlineData(StoreKind.S3, "--ours", "ours", null)]
    [InlineData(StoreKind.S3, "--theirs", "theirs", null)]
    [InlineData(StoreKind.S3, "--both", "ours", "theirs")]
    public async Task A_conflict_is_listed_and_resolved(StoreKind store, string which, string kept, string? beside)
    {
        await using MountBox box = await BoxAsync(store);
        string file = Path.Combine(box.Mount, "notes.txt");
        await box.MountAsync("--write-back", "off");
        await File.WriteAllTextAsync(file, "base", Cancel);
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.WriteAsync("notes.txt", "theirs");
        await File.WriteAllTextAsync(file, "ours", Cancel);
        (await box.AgentBayAsync("sync", box.Mount)).Ok();

        using var listed = JsonDocument.Parse((await box.AgentBayAsync("conflicts", box.Mount, "--json")).Ok().Output);
        Assert.StartsWith(Path.Combine(box.Mount, "notes.conflict-"), Assert.Single(listed.RootElement.EnumerateArray()).GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal("conflict", await StateAsync(box, file));
        (await box.AgentBayAsync("resolve", file)).Exits(2);

        (await box.AgentBayAsync("resolve", file, which)).Ok();

        Assert.Equal(kept, await File.ReadAllTextAsync(file, Cancel));
        Assert.Equal(beside is null ? [] : [beside], Directory.GetFiles(box.Mount).Where(name => name != file).Select(File.ReadAllText));
        Assert.Contains("no conflicts", (await box.AgentBayAsync("conflicts", box.Mount)).Ok().Output, StringComparison.Ordinal);
        (await box.AgentBayAsync("resolve", file, which)).Exits(1);
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_file_whose_name_a_folder_took_elsewhere_is_a_conflict_that_is_listed_and_resolved_without_taking_sides(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        string folder = Path.Combine(box.Mount, "notes");
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo keep > keep && echo mine > notes && sync .")).Ok();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await stored.WriteAsync("notes/theirs", "theirs");
        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Ok();
        Assert.Equal("mine\n", await File.ReadAllTextAsync(folder + "\u201bfile", Cancel));

        using var listed = JsonDocument.Parse((await box.AgentBayAsync("conflicts", box.Mount, "--json")).Ok().Output);
        Assert.Equal(folder + "\u201bfile", Assert.Single(listed.RootElement.EnumerateArray()).GetProperty("path").GetString());
        Assert.Equal("conflict", await StateAsync(box, folder + "\u201bfile"));
        Assert.Contains("a folder has its name", (await box.AgentBayAsync("conflicts", box.Mount)).Ok().Output, StringComparison.Ordinal);
        foreach ((string name, string side) in new[] { (folder, "--theirs"), (folder, "--ours"), (folder + "\u201bfile", "--ours") })
        {
            Assert.Contains("which of them is ours is not known: delete or rename", (await box.AgentBayAsync("resolve", name, side)).Exits(1).Error, StringComparison.Ordinal);
        }

        (await box.AgentBayAsync("resolve", folder, "--both")).Ok();

        await box.UnmountAsync();
        Assert.Equal(["keep", "notes.file", "notes/theirs"], await stored.KeysAsync());
        Assert.Equal("mine\n", await stored.ReadAsync("notes.file"));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_file_that_cannot_be_stored_makes_unmount_exit_with_3_until_it_is_acknowledged(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        string folder = Path.Combine([box.Mount, .. Enumerable.Range(0, 5).Select(_ => new string('d', 230))]);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(box.Mount, "good"), "stored", Cancel);

        Ran sync = (await box.AgentBayAsync("sync", box.Mount)).Exits(3);
        Assert.Contains("1023 bytes", sync.Error, StringComparison.Ordinal);
        Assert.Equal(("failed", "synced"), (await StateAsync(box, folder), await StateAsync(box, Path.Combine(box.Mount, "good"))));

        Ran acknowledged = (await box.AgentBayAsync("acknowledge", Path.Combine(box.Mount, "good"), folder, Path.Combine(box.Mount, "none"))).Exits(1);
        Assert.All(["'good' has not failed", "There is no 'none'"], named => Assert.Contains(named, acknowledged.Error, StringComparison.Ordinal));
        Assert.Contains($"{box.Mount} is synced; everything is in the store but 1 path that failed and was acknowledged.", (await box.OnTerminalAsync("", "sync", box.Mount)).Ok().Output, StringComparison.Ordinal);
        await box.UnmountAsync();
        await box.MountAsync("--write-back", "off");
        Assert.True(Directory.Exists(folder));
        (await box.AgentBayAsync("unmount", box.Mount)).Exits(3);
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Why_names_the_rule_that_decides_for_a_path_also_for_one_that_is_not_there(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--include", "/src", "--exclude", "/src/node_modules", "--keep-deleted");

        Assert.Contains("is synced: in the white list path 'src'; deletions here are not carried", await WhyAsync("src/a.c"), StringComparison.Ordinal);
        Assert.Contains("stays on this machine: excluded by 'src/node_modules'", await WhyAsync("src/node_modules/x"), StringComparison.Ordinal);
        Assert.Contains("stays on this machine: outside the white list paths (src)", await WhyAsync("srcs"), StringComparison.Ordinal);

        string file = Path.Combine(box.Mount, "local");
        await File.WriteAllTextAsync(file, "x", Cancel);
        Assert.Equal(("local-only", "local-only"), (await StateAsync(box, file), await XattrAsync(box, file)));
        await box.UnmountAsync();

        async Task<string> WhyAsync(string path) => (await box.AgentBayAsync("why", Path.Combine(box.Mount, path))).Ok().Output;
    }

    [Theory]
    [InlineData(StoreKind.Embedded, Who.Root)]
    [InlineData(StoreKind.Embedded, Who.OrdinaryUser)]
    [InlineData(StoreKind.S3, Who.Root)]
    public async Task With_sync_on_close_a_file_is_in_the_store_when_close_returns(StoreKind store, Who who)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, who);
        await box.MountAsync("--write-back", "off", "--sync-on-close");

        (await box.RunAsync("dd", "if=/dev/zero", $"of={box.Mount}/file", "bs=4096", "count=3", "status=none")).Ok();

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(new string('\0', 12288), await stored.ReadAsync("file"));
        Assert.Contains("give one of them", (await box.TryMountAsync("--sync-on-close", "--fsync", "local")).Exits(2).Error, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    [Fact]
    public async Task With_sync_on_close_and_without_the_store_close_fails_and_the_file_is_stored_when_it_is_back()
    {
        await using MountBox box = await BoxAsync(StoreKind.S3);
        await using var proxy = new FlakyProxy(box.Bucket.Server.Endpoint);
        box.ReachStoreBy(proxy.Endpoint);
        await box.MountAsync("--write-back", "off", "--sync-on-close");
        (await box.ScriptAsync(box.Mount, "ls")).Ok();
        proxy.Cut();

        // dd, unlike the shell's redirection, looks at what close(2) says.
        Ran closed = (await box.RunAsync("dd", "if=/dev/zero", $"of={box.Mount}/file", "bs=4096", "count=3", "status=none")).Exits(1);

        Assert.Contains("Input/output error", closed.Error, StringComparison.Ordinal);
        Assert.Equal("failed", await StateAsync(box, Path.Combine(box.Mount, "file")));
        proxy.Restore();
        await box.UnmountAsync();
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(12288, (await stored.ReadAsync("file"))?.Length);
    }

    /// <summary>The store takes a few files a second, and one path never.</summary>
    [Fact]
    public async Task While_a_slow_store_takes_files_status_shows_the_rate_what_is_pending_what_failed_and_what_is_cached()
    {
        await using MountBox box = await BoxAsync(StoreKind.S3);
        using var turn = new SemaphoreSlim(0);
        var turns = new ConcurrentDictionary<string, Task>();
        await using var relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), async (request, forward, cancel) =>
        {
            if (request.Method == "PUT" && request.Path.StartsWith($"/{box.Bucket.Name}/contexts/", StringComparison.Ordinal))
            {
                if (request.Path.EndsWith("/refused", StringComparison.Ordinal))
                {
                    return RelayResponse.Error(403, "AccessDenied", "No.");
                }

                await turns.GetOrAdd(request.Path, _ => turn.WaitAsync(CancellationToken.None)).WaitAsync(cancel); // A file that comes twice has one turn.
            }

            return await forward(request);
        });
        box.ReachStoreBy($"http://127.0.0.1:{relay.Port}");
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "echo no > refused")).Ok();
        (await box.AgentBayAsync("sync", box.Mount)).Exits(3);
        (await box.ScriptAsync(box.Mount, "for i in $(seq 9); do head -c 100000 /dev/zero > f$i; done")).Ok();
        Task<Ran> sync = box.AgentBayAsync("sync", box.Mount);
        turn.Release(4);

        long highest = 0; // The rate is that of the last seconds.
        JsonElement status = await StatusWhenAsync(box, status =>
        {
            highest = Math.Max(highest, status.GetProperty("bytesPerSecond").GetInt64());
            return highest >= 10_000 && status.GetProperty("cacheBytes").GetInt64() == 400_000;
        });

        Assert.Equal(1, status.GetProperty("errors").GetInt32());
        Assert.InRange(status.GetProperty("pendingFiles").GetInt32(), 6, 10); // What is stored counts as pending until the pass ends.
        Assert.InRange(status.GetProperty("pendingBytes").GetInt64(), 500_003, 900_003);
        Assert.Equal("refused", Assert.Single(status.GetProperty("failed").EnumerateArray()).GetProperty("path").GetString());
        Assert.True(status.GetProperty("cacheFree").GetInt64() > 0);
        Assert.False(sync.IsCompleted);

        turn.Release(int.MaxValue / 2);
        (await sync).Exits(3);
        JsonElement failed = Assert.Single((await box.AgentBayAsync("info", box.Mount, "--json")).Json().EnumerateArray(), row => row.GetProperty("taskType").GetString() == "upload");
        Assert.Equal("Failed", failed.GetProperty("status").GetString());
        Assert.Contains("refused", failed.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        (await box.AgentBayAsync("unmount", box.Mount)).Exits(3);
    }

    [Fact]
    public async Task A_mount_whose_process_is_stuck_is_shown_and_keeps_nobody()
    {
        const int stop = 19, go = 18;
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await box.MountAsync();
        int daemon = await box.DaemonAsync();
        Syscall.Kill(daemon, stop).ThrowIfError("kill -STOP");

        Task<Ran> clear = box.AgentBayAsync("context", "clear", "test", "--yes");
        Task<Ran> info = box.AgentBayAsync("info", box.Mount);
        JsonElement status = (await box.AgentBayAsync("status", box.Mount, "--json")).Json();
        Ran cleared = await clear, asked = await info;
        Syscall.Kill(daemon, go).ThrowIfError("kill -CONT");

        Assert.Equal("inaccessible", status.GetProperty("state").GetString());
        Assert.Contains("has not answered", status.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Assert.Contains("has not answered", asked.Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains("is mounted on", cleared.Exits(1).Error, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    [Fact]
    public async Task A_mount_whose_process_is_of_another_version_is_not_taken_for_dead()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await box.MountAsync();
        await box.UnmountAsync();
        string holder = Assert.Single(Directory.GetFiles(box.Cache, "holder.json", SearchOption.AllDirectories));
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Path.Combine(Path.GetDirectoryName(holder)!, "control.sock")));
        other.Listen();
        Task answered = AnswerAsync();

        Ran deleted = await box.AgentBayAsync("context", "delete", "test", "--yes");

        Assert.Contains("is mounted on", deleted.Exits(1).Error, StringComparison.Ordinal);
        await answered;

        async Task AnswerAsync()
        {
            using Socket client = await other.AcceptAsync(Cancel);
            _ = await client.ReceiveAsync(new byte[4096], Cancel);
            _ = await client.SendAsync("{\"reply\":\"status\",\"mount\":{}}\n"u8.ToArray(), Cancel);
        }
    }

    private static async Task<JsonElement> StatusWhenAsync(MountBox box, Func<JsonElement, bool> wanted)
    {
        JsonElement status = default;
        await Eventually.HappensAsync(async () => wanted(status = (await box.AgentBayAsync("status", box.Mount, "--json")).Json()), Cancel);
        return status;
    }

    private static async Task<string?> StateAsync(MountBox box, string path)
    {
        using var status = JsonDocument.Parse((await box.AgentBayAsync("status", path, "--json")).Ok().Output);
        return status.RootElement.GetProperty("path").GetProperty("state").GetString();
    }

    private static async Task<string> XattrAsync(MountBox box, string path) =>
        (await box.RunAsync("getfattr", "--only-values", "--absolute-names", "-n", "user.agentbay.status", path)).Ok().Output;

    private Task<MountBox> BoxAsync(StoreKind store) => MountBox.CreateAsync(machine, store, Who.Root);
}
