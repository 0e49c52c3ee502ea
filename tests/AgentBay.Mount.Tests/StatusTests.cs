using System.Text.Json;

namespace AgentBay.Mount.Tests;

/// <summary>What can be asked of a mount, and what becomes of conflicts and failures.</summary>
public sealed class StatusTests(Machine machine)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_of_a_file_says_how_it_stands_with_the_store_and_so_does_its_xattr()
    {
        await using MountBox box = await BoxAsync();
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

    [Fact]
    public async Task Info_has_a_row_for_each_transfer_that_was_asked_for()
    {
        await using MountBox box = await BoxAsync();
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
    [InlineData("--ours", "ours", null)]
    [InlineData("--theirs", "theirs", null)]
    [InlineData("--both", "ours", "theirs")]
    public async Task A_conflict_is_listed_and_resolved(string which, string kept, string? beside)
    {
        await using MountBox box = await BoxAsync();
        string file = Path.Combine(box.Mount, "notes.txt");
        await box.MountAsync("--write-back", "off");
        await File.WriteAllTextAsync(file, "base", Cancel);
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        await File.WriteAllTextAsync(Path.Combine(box.StoreUrl, "contexts", await box.ContextIdAsync(), "notes.txt"), "theirs", Cancel);
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

    [Fact]
    public async Task A_file_that_cannot_be_stored_makes_unmount_exit_with_3_until_it_is_acknowledged()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync("--write-back", "off");
        string folder = Path.Combine([box.Mount, .. Enumerable.Range(0, 5).Select(_ => new string('d', 230))]);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(box.Mount, "good"), "stored", Cancel);

        Ran sync = (await box.AgentBayAsync("sync", box.Mount)).Exits(3);
        Assert.Contains("1023 bytes", sync.Error, StringComparison.Ordinal);
        Assert.Equal(("failed", "synced"), (await StateAsync(box, folder), await StateAsync(box, Path.Combine(box.Mount, "good"))));

        (await box.AgentBayAsync("acknowledge", Path.Combine(box.Mount, "good"))).Exits(1);
        (await box.AgentBayAsync("acknowledge", folder)).Ok();
        await box.UnmountAsync();
        await box.MountAsync("--write-back", "off");
        Assert.True(Directory.Exists(folder));
        (await box.AgentBayAsync("unmount", box.Mount)).Exits(3);
    }

    [Fact]
    public async Task Why_names_the_rule_that_decides_for_a_path_also_for_one_that_is_not_there()
    {
        await using MountBox box = await BoxAsync();
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
    [InlineData(Who.Root)]
    [InlineData(Who.OrdinaryUser)]
    public async Task With_sync_on_close_a_file_is_in_the_store_when_close_returns(Who who)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, who);
        await box.MountAsync("--write-back", "off", "--sync-on-close");

        (await box.RunAsync("dd", "if=/dev/zero", $"of={box.Mount}/file", "bs=4096", "count=3", "status=none")).Ok();

        Assert.Equal(12288, new FileInfo(Path.Combine(box.StoreUrl, "contexts", await box.ContextIdAsync(), "file")).Length);
        Assert.Contains("give one of them", (await box.TryMountAsync("--sync-on-close", "--fsync", "local")).Exits(2).Error, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    private static async Task<string?> StateAsync(MountBox box, string path)
    {
        using var status = JsonDocument.Parse((await box.AgentBayAsync("status", path, "--json")).Ok().Output);
        return status.RootElement.GetProperty("path").GetProperty("state").GetString();
    }

    private static async Task<string> XattrAsync(MountBox box, string path) =>
        (await box.RunAsync("getfattr", "--only-values", "--absolute-names", "-n", "user.agentbay.status", path)).Ok().Output;

    private Task<MountBox> BoxAsync() => MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
}
