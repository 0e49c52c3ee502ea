using System.Text.Json;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary><c>fsck</c> on real mirrors and stores.</summary>
public sealed class FsckTests(Machine machine)
{
    [Theory]
    [ClassData<BothStores>]
    public async Task A_context_that_was_worked_in_is_clean_also_on_a_machine_without_a_mirror(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "mkdir -p d/e && echo one > d/e/a && ln -s a d/e/link && ln d/e/a d/hard && mkdir empty && chmod 700 d && truncate -s 20M large && mv d/e/a d/b && rm d/hard")).Ok();
        await box.UnmountAsync();

        JsonElement here = await CheckAsync(box, 0, "--content");
        Assert.Equal((0, 0), (Number(here, "problems"), here.GetProperty("findings").GetArrayLength()));
        box.NewCache();
        Assert.Equal(JsonValueKind.Null, (await CheckAsync(box, 0)).GetProperty("mirror").ValueKind);
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task What_was_harmed_is_named_with_exit_code_3_and_whole_after_a_repair_and_a_mount(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "for i in $(seq 5); do echo content $i > f$i; done")).Ok();
        await box.UnmountAsync();
        (await box.ScriptAsync(box.MirrorTree, "rm f1 && echo edited > f2 && echo new > f6")).Ok();

        JsonElement found = await CheckAsync(box, 3);
        Assert.Equal(["file-missing f1", "edited-unnoticed f2", "edited-unnoticed f6"], Lines(found));
        Assert.Equal(["file-missing f1", "edited-unnoticed f2", "edited-unnoticed f6"], Lines(await CheckAsync(box, 0, "--repair")));
        List<string> pending = [.. Lines(await CheckAsync(box, 0))];
        Assert.NotEmpty(pending);
        Assert.All(pending, line => Assert.StartsWith("pending", line, StringComparison.Ordinal));

        await box.MountAsync();
        Assert.Equal("content 1\nedited\nnew\n", (await box.ScriptAsync(box.Mount, "cat f1 f2 f6")).Ok().Output);
        await box.UnmountAsync();
        Assert.Empty(Lines(await CheckAsync(box, 0)));
    }

    [Fact]
    public async Task A_mounted_context_is_not_checked_and_the_message_says_where_it_is()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync();

        Ran refused = (await FsckAsync(box)).Exits(1);

        Assert.Contains($"already mounted on {box.Mount}", refused.Error, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    [Fact]
    public async Task A_context_that_is_none_is_an_error_and_an_unknown_option_wrong_usage()
    {
        await using MountBox box = await BoxAsync();

        Assert.Contains("There is no context 'test'", (await FsckAsync(box)).Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains("--bogus", (await FsckAsync(box, "--bogus")).Exits(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_context_whose_record_is_lost_fsck_says_what_brings_it_back()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "echo x > file")).Ok();
        await box.UnmountAsync();
        string id = await box.ContextIdAsync();
        File.Delete(Path.Combine(box.StoreUrl, ".agentbay/contexts", id + ".json"));

        string lost = (await FsckAsync(box)).Exits(1).Error;

        Assert.Contains($"(.agentbay/contexts/{id}.json) is gone", lost, StringComparison.Ordinal);
        Assert.Contains("mount it by its name", lost, StringComparison.Ordinal);
        await box.MountAsync();
        Assert.Equal("x\n", (await box.ScriptAsync(box.Mount, "cat file")).Ok().Output);
        await box.UnmountAsync();
        Assert.Equal(0, Number(await CheckAsync(box, 0), "problems"));
        Assert.Equal(id, await box.ContextIdAsync());
    }

    [Fact]
    public async Task A_name_that_no_store_takes_is_a_problem()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync();
        string folder = string.Join('/', Enumerable.Range(0, 5).Select(_ => new string('d', 230)));
        Directory.CreateDirectory(Path.Combine(box.Mount, folder));
        (await box.AgentBayAsync("unmount", box.Mount)).Exits(3);

        Assert.Equal([$"name-too-long {folder}"], Lines(await CheckAsync(box, 3)));
        Assert.Contains("shorten the name", (await FsckAsync(box)).Exits(3).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_read_what_is_wrong_and_what_a_repair_does()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "echo x > file")).Ok();
        await box.UnmountAsync();
        (await box.ScriptAsync(Path.Combine(box.StoreUrl, "contexts", await box.ContextIdAsync()), "rm file")).Ok();

        string text = (await FsckAsync(box)).Exits(3).Output;

        Assert.Contains("problem object-missing", text, StringComparison.Ordinal);
        Assert.Contains("--repair keeps the file here", text, StringComparison.Ordinal);
        Assert.Contains("1 problem, 0 repaired.", text, StringComparison.Ordinal);
    }

    private static Task<Ran> FsckAsync(MountBox box, params string[] options) => box.AgentBayAsync(["fsck", "test", "--cache-dir", box.Cache, .. options]);

    private static async Task<JsonElement> CheckAsync(MountBox box, int exitCode, params string[] options)
    {
        using var report = JsonDocument.Parse((await FsckAsync(box, ["--json", .. options])).Exits(exitCode).Output);
        return report.RootElement.Clone();
    }

    private static IEnumerable<string> Lines(JsonElement report) =>
        report.GetProperty("findings").EnumerateArray().Select(finding => $"{finding.GetProperty("class").GetString()} {finding.GetProperty("path").GetString() ?? finding.GetProperty("key").GetString()}");

    private static int Number(JsonElement report, string name) => report.GetProperty(name).GetInt32();

    private Task<MountBox> BoxAsync() => MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
}
