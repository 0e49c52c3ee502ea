using AgentBay.ObjectStore.Embedded;

namespace AgentBay.Mount.Tests;

/// <summary>Policies on real mounts: what reaches the store, what appears, and what bad ones say.</summary>
public sealed class PolicyTests(Machine machine)
{
    [Theory]
    [InlineData("""{"bwList":{"whiteLists":[{"path":"*.json"}]}}""", "Wildcard patterns are not supported in path. Got: *.json. Please use exact directory paths instead.")]
    [InlineData("""{"bwList":{"whiteLists":[{"path":"/src","excludePaths":["*.log"]}]}}""", "Wildcard patterns are not supported in exclude_paths. Got: *.log. Please use exact directory paths instead.")]
    [InlineData("""{"recyclePolicy":{"paths":["/tmp/*"]}}""", "Wildcard patterns are not supported in recycle policy paths. Got: /tmp/*. Please use exact directory paths instead.")]
    [InlineData("""{"sync":true}""", "Unknown property in SyncPolicy: 'sync'. Valid properties are: uploadPolicy, downloadPolicy")]
    [InlineData("""{"uploadPolicy":{"uploadMode":"Zip"}}""", "Invalid upload_mode value: Zip. Valid values are: File, Archive")]
    [InlineData("""{"uploadPolicy":{"uploadMode":"Archive"}}""", "upload_mode Archive is not offered by this version")]
    [InlineData("""{"recyclePolicy":{"lifecycle":"Lifecycle_7Days"}}""", "Invalid lifecycle value: Lifecycle_7Days. Valid values are: Lifecycle_1Day")]
    [InlineData("/does/not/exist.json", "--policy: '/does/not/exist.json' is neither a policy")]
    public async Task A_bad_policy_is_refused_before_anything_is_touched(string policy, string says)
    {
        await using MountBox box = await BoxAsync();

        Ran refused = (await box.TryMountAsync("--policy", policy)).Exits(2);

        Assert.Contains(says, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(box.Cache) || Directory.Exists(box.StoreUrl));
    }

    [Theory]
    [InlineData("--upload", "sometimes", "--upload: 'sometimes' is neither auto nor manual")]
    [InlineData("--lifecycle", "7d", "--lifecycle: '7d' is none of 1d, 3d, 5d, 10d, 15d, 30d, 90d, 180d, 360d, forever.")]
    [InlineData("--include", "/a*", "Wildcard patterns are not supported in path. Got: /a*.")]
    [InlineData("-o", "include=/src,exclude=/docs", "'/docs' is in none of the white list paths (/src)")]
    public async Task A_bad_policy_option_is_refused(string option, string value, string says)
    {
        await using MountBox box = await BoxAsync();

        Assert.Contains(says, (await box.TryMountAsync(option, value)).Exits(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_white_list_path_that_repeats_the_mount_point_is_refused_with_the_fix()
    {
        await using MountBox box = await BoxAsync();

        Ran refused = (await box.TryMountAsync("--include", box.Mount + "/src")).Exits(2);

        Assert.Contains($"White list path '{box.Mount}/src' repeats the mount point '{box.Mount}': paths are relative to it. Use '/src' instead", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_file_is_read_with_its_notes_and_single_options_change_it()
    {
        await using MountBox box = await BoxAsync();
        string file = Path.Combine(box.Folder, "policy.json");
        await File.WriteAllTextAsync(file, """{"uploadPolicy":{"autoUpload":false,"period":10},"bwList":{"whiteLists":[{"path":"/src","excludePaths":[]}]}}""");

        Ran mounted = (await box.TryMountAsync("--policy", "policy.json", "--upload", "auto", "--exclude", "/src/lib")).Ok();
        await WriteAsync(box, "src/a", "src/lib/b", "c");
        await box.UnmountAsync();

        Assert.Contains("uploadPolicy.period (10) has no effect", mounted.Error, StringComparison.Ordinal);
        Assert.Equal(["src/a"], await StoredAsync(box));
    }

    [Fact]
    public async Task Only_the_white_list_is_synced_and_the_rest_is_here_after_a_remount()
    {
        await using MountBox box = await BoxAsync();
        string[] options = ["--include", "/src", "--exclude", "/src/node_modules"];
        await box.MountAsync(options);
        await WriteAsync(box, "src/a", "src/node_modules/b", "srcs/c");
        (await box.ScriptAsync(box.Mount, "sync -d srcs/c && mv srcs/c src/moved-in && mv src/a moved-out")).Ok();
        await box.UnmountAsync();
        Assert.Equal(["src/moved-in"], await StoredAsync(box));

        await box.MountAsync(options);

        Assert.Equal("src/a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "moved-out"), TestContext.Current.CancellationToken));
        Assert.Equal("src/node_modules/b", await File.ReadAllTextAsync(Path.Combine(box.Mount, "src/node_modules/b"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
    }

    [Fact]
    public async Task Programs_move_a_folder_of_placeholders_out_of_the_white_list_by_copying()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync();
        await WriteAsync(box, "src/d/a", "src/d/b", "src/c");
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--include", "/src");

        (await box.ScriptAsync(box.Mount, "mv src/d d && cat d/a d/b")).Ok();
        await box.UnmountAsync();

        Assert.Equal(["src/c"], await StoredAsync(box));
    }

    [Fact]
    public async Task With_manual_upload_nothing_is_uploaded_until_it_is_asked_for_and_unmount_says_what_remains()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync("--upload", "manual");
        await WriteAsync(box, "a");
        (await box.ScriptAsync(box.Mount, "sync a && sync -d . ")).Ok();
        Assert.Empty(await StoredAsync(box));

        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        Assert.Equal(["a"], await StoredAsync(box));
        await WriteAsync(box, "b");
        Ran left = (await box.AgentBayAsync("unmount", box.Mount)).Exits(3);

        Assert.Contains("but 1 changes", left.Error, StringComparison.Ordinal);
        Assert.Contains("  b (", left.Error, StringComparison.Ordinal);
        Assert.Equal(["a"], await StoredAsync(box));
    }

    [Fact]
    public async Task With_manual_upload_unmount_force_leaves_the_rest_for_the_next_mount_and_sync_uploads_it()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync("--upload", "manual");
        await WriteAsync(box, "a");
        await box.UnmountAsync("--force");
        Assert.Empty(await StoredAsync(box));

        await box.MountAsync("-o", "upload=manual");
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "a"), TestContext.Current.CancellationToken));
        await box.UnmountAsync("--sync");

        Assert.Equal(["a"], await StoredAsync(box));
    }

    [Fact]
    public async Task With_manual_upload_SIGTERM_and_umount_upload_nothing()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync("--upload", "manual");
        await WriteAsync(box, "a");
        using (var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync()))
        {
            _ = AgentBay.Posix.Syscall.Kill(daemon.Id, signal: 15);
            await daemon.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await box.MountAsync("--upload", "manual");
        using (var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync()))
        {
            (await box.RunAsync("umount", "-i", box.Mount)).Ok();
            await daemon.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Empty(await StoredAsync(box));
    }

    [Fact]
    public async Task With_manual_download_the_store_appears_when_it_is_asked_for()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync();
        await WriteAsync(box, "d/a");
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--download", "manual");
        Assert.Empty(Directory.EnumerateFileSystemEntries(box.Mount));

        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Ok();

        Assert.Equal("d/a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "d/a"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
    }

    [Fact]
    public async Task With_keep_deleted_a_deletion_stays_here_and_the_next_mount_shows_the_file_again()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync("--keep-deleted");
        await WriteAsync(box, "a", "b");
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        File.Delete(Path.Combine(box.Mount, "a"));
        await box.UnmountAsync();
        Assert.Equal(["a", "b"], await StoredAsync(box));

        await box.MountAsync();

        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "a"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
    }

    [Fact]
    public async Task A_lifecycle_becomes_an_expiry_rule_that_a_mount_without_one_leaves_alone()
    {
        await using MountBox box = await BoxAsync();
        await box.MountAsync("--lifecycle", "30d");
        await box.UnmountAsync();
        await box.MountAsync();
        await box.UnmountAsync();
        await using EmbeddedStore store = EmbeddedStore.Open(box.StoreUrl);
        Assert.Equal(30, Assert.Single(await store.GetExpiryRulesAsync(TestContext.Current.CancellationToken)).Days);

        await box.MountAsync("--lifecycle", "forever");
        await box.UnmountAsync();

        Assert.Empty(await store.GetExpiryRulesAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Files whose content is their path.</summary>
    private static async Task WriteAsync(MountBox box, params string[] paths)
    {
        foreach (string path in paths)
        {
            string file = Path.Combine(box.Mount, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, path);
        }
    }

    /// <summary>The files of the context in the store, which is a directory.</summary>
    private static async Task<IReadOnlyList<string>> StoredAsync(MountBox box)
    {
        string id = await box.ContextIdAsync();
        (string root, string prefix) = (box.StoreUrl, $"contexts/{id}/");
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file))
            .Where(file => file.Contains(prefix, StringComparison.Ordinal))
            .Select(file => file[(file.IndexOf(prefix, StringComparison.Ordinal) + prefix.Length)..])
            .Order(StringComparer.Ordinal)];
    }

    private Task<MountBox> BoxAsync() => MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
}
