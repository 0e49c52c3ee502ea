using System.Text.Json;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>How mounts begin and end, as the command line shows it.</summary>
public sealed class MountLifeTests(Machine machine)
{
    [Theory]
    [ClassData<BothStores>]
    public async Task Status_of_a_mount_and_of_a_path_in_it_says_what_scripts_need(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        string folder = Path.Combine(box.Mount, "folder");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "12345");

        using var status = JsonDocument.Parse((await box.AgentBayAsync("status", folder, "--json")).Ok().Output);

        JsonElement mount = status.RootElement;
        Assert.Equal(("mounted", "test", box.Mount, 5L), (Text(mount, "state"), Text(mount, "context"), Text(mount, "mountPoint"), mount.GetProperty("pendingBytes").GetInt64()));
        Assert.Equal(await box.ContextIdAsync(), Text(mount, "contextId"));
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_busy_mount_is_not_unmounted_and_its_users_are_named_until_force(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();
        await File.WriteAllTextAsync(Path.Combine(box.Mount, "open"), "x");
        using var user = box.Start("tail", "-f", Path.Combine(box.Mount, "open"));
        Assert.Equal('x', user.StandardOutput.Read()); // It has the file open.

        Ran refused = (await box.AgentBayAsync("unmount", box.Mount)).Exits(1);

        Assert.Contains($"{user.Id} (tail)", refused.Error, StringComparison.Ordinal);
        (await box.AgentBayAsync("status", box.Mount)).Ok();
        (await box.AgentBayAsync("unmount", box.Mount, "--force")).Ok();
        (await box.AgentBayAsync("status", box.Mount)).Exits(1);
        user.Kill();
        await Eventually.EndsAsync(user);
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task One_mirror_is_mounted_once_and_the_second_time_says_where_and_by_whom(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync();
        string daemon = (await box.DaemonAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture);
        string elsewhere = Directory.CreateDirectory(Path.Combine(box.Folder, "elsewhere")).FullName;

        Assert.Contains($"already mounted on {box.Mount} by process {daemon}", (await box.TryMountAsync()).Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains($"already mounted on {box.Mount} by process {daemon}", (await box.AgentBayAsync("test", elsewhere, "--cache-dir", box.Cache)).Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains("is mounted on", (await box.AgentBayAsync("context", "delete", "test", "--yes")).Exits(1).Error, StringComparison.Ordinal);
        await box.UnmountAsync();
    }

    [Fact]
    public async Task The_command_to_mount_a_killed_mount_again_names_a_store_that_is_not_the_default_and_uploads_what_was_kept()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        string other = Path.Combine(box.Folder, "other store");
        await box.MountAsync("--write-back", "off", "--store", other);
        await File.WriteAllTextAsync(Path.Combine(box.Mount, "file"), "kept");
        await box.KillDaemonAsync();

        string hint = (await box.AgentBayAsync("unmount", box.Mount)).Exits(3).Error;

        string options = $"--store {new Uri(other).AbsoluteUri} --cache-dir {box.Cache}";
        Assert.Contains($"(agentbay-mount test {box.Mount} {options}).", hint, StringComparison.Ordinal);
        (await box.AgentBayAsync(["test", box.Mount, .. options.Split(' ')])).Ok();
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(box.Mount, "file"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Unmounting_a_killed_mount_clears_it_and_says_that_data_may_remain(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        await File.WriteAllTextAsync(Path.Combine(box.Mount, "file"), "kept");
        await box.KillDaemonAsync();
        string status = (await box.AgentBayAsync("status", box.Mount)).Ok().Output;
        Assert.All(["state:       dead", "pending:     ?", "errors:      ?", "last error:  ?"], line => Assert.Contains(line, status, StringComparison.Ordinal));

        Assert.Contains($"mount again to upload them (agentbay-mount test {box.Mount} --cache-dir {box.Cache}).", (await box.AgentBayAsync("unmount", box.Mount)).Exits(3).Error, StringComparison.Ordinal);

        Assert.Empty(Directory.EnumerateFileSystemEntries(box.Mount));
        await box.MountAsync();
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(box.Mount, "file"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
    }

    [Fact]
    public async Task The_background_process_keeps_nothing_that_its_caller_had_open()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        const string script = """exec 9> lock && flock 9 && "$1" test "$2" --cache-dir "$3" > mounted && exec 9>&- && flock --nonblock lock echo free""";

        Assert.Equal("free\n", (await box.ScriptAsync(Path.Combine(box.Folder, "work"), script, Programs.AgentBayMount, box.Mount, box.Cache)).Ok().Output);

        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_context_that_is_named_like_a_verb_can_be_mounted(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);

        (await box.AgentBayAsync("mount", "status", box.Mount, "--cache-dir", box.Cache)).Ok();
        await box.UnmountAsync();
        (await box.AgentBayAsync("--cache-dir", box.Cache, "--", "status", box.Mount)).Ok();
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task It_mounts_without_a_home_on_paths_with_spaces_and_of_great_length(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        box.Set("HOME", "");
        string mount = Directory.CreateDirectory(Path.Combine(box.Folder, "a mount, with\ttab")).FullName;
        string cache = Path.Combine(box.Folder, "cache-" + new string('l', 120));

        (await box.AgentBayAsync("test", mount, "--cache-dir", cache)).Ok();
        Assert.Contains("mounted", (await box.AgentBayAsync("status", mount)).Ok().Output, StringComparison.Ordinal);
        (await box.AgentBayAsync("unmount", mount)).Ok();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task The_helpers_of_mount_and_umount_take_their_arguments(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);

        (await box.AgentBayAsync("mount-helper", "test", box.Mount, "-o", $"rw,noatime,_netdev,x-systemd.automount,cache_dir={box.Cache},store={box.StoreUrl}")).Ok();
        await File.WriteAllTextAsync(Path.Combine(box.Mount, "file"), "x");
        (await box.AgentBayAsync("umount-helper", box.Mount, "-t", "fuse.agentbay")).Ok();

        Assert.Empty(Directory.EnumerateFileSystemEntries(box.Mount));
        (await box.AgentBayAsync("mount-helper", "test", box.Mount, "-o", "nonsense")).Exits(1); // mount(8)'s code for wrong usage.
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();

    private Task<MountBox> BoxAsync(StoreKind store) => MountBox.CreateAsync(machine, store, Who.Root);
}
