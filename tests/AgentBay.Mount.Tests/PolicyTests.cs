using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>Policies on real mounts: what reaches the store, what appears in the mount, what lies in the mirror, and what bad policies say.</summary>
public sealed class PolicyTests(Machine machine)
{
    private static readonly (string[] Options, string Says)[] Bad =
    [
        (["--policy", """{"bwList":{"whiteLists":[{"path":"*.json"}]}}"""], "Wildcard patterns are not supported in path. Got: *.json. Please use exact directory paths instead."),
        (["--policy", """{"bwList":{"whiteLists":[{"path":"/src","excludePaths":["*.log"]}]}}"""], "Wildcard patterns are not supported in exclude_paths. Got: *.log. Please use exact directory paths instead."),
        (["--policy", """{"recyclePolicy":{"paths":["/tmp/*"]}}"""], "Wildcard patterns are not supported in recycle policy paths. Got: /tmp/*. Please use exact directory paths instead."),
        (["--policy", """{"sync":true}"""], "Unknown property in SyncPolicy: 'sync'. Valid properties are: uploadPolicy, downloadPolicy"),
        (["--policy", """{"uploadPolicy":{"uploadMode":"Zip"}}"""], "Invalid upload_mode value: Zip. Valid values are: File, Archive"),
        (["--policy", """{"uploadPolicy":{"uploadMode":"Archive"}}"""], "upload_mode Archive is not offered by this version"),
        (["--policy", """{"recyclePolicy":{"lifecycle":"Lifecycle_7Days"}}"""], "Invalid lifecycle value: Lifecycle_7Days. Valid values are: Lifecycle_1Day"),
        (["--policy", "/does/not/exist.json"], "--policy: '/does/not/exist.json' is neither a policy"),
        (["--upload", "sometimes"], "--upload: 'sometimes' is neither auto nor manual"),
        (["--lifecycle", "7d"], "--lifecycle: '7d' is none of 1d, 3d, 5d, 10d, 15d, 30d, 90d, 180d, 360d, forever."),
        (["--include", "/a*"], "Wildcard patterns are not supported in path. Got: /a*."),
        (["-o", "include=/src,exclude=/docs"], "'/docs' is in none of the white list paths (/src)"),
        (["--policy", ""], "--policy is empty"),
        (["-o", "policy="], "-o policy is empty"),
        (["--exclude", "/"], "Nothing would be synced: of white list path '/' everything is excluded."),
        (["--exclude", ""], "Nothing would be synced: of white list path '/' everything is excluded."),
        (["--policy", """{"bwList":{"whiteLists":[{"path":"/","excludePaths":["/"]}]}}"""], "Nothing would be synced: of white list path '/' everything is excluded."),
        (["--policy", """{"bwList":{"whiteLists":[{"path":"/src","excludePaths":["{mount}/y"]}]}}"""], "Excluded path '{mount}/y' repeats the mount point '{mount}', and is not below its white list path '/src'"),
        (["--include", "/{mount}/src"], "White list path '/{mount}/src' repeats the mount point '{mount}': paths are relative to it. Use '/src' instead"),
        (["--include", "{mount}/src"], "White list path '{mount}/src' repeats the mount point '{mount}': paths are relative to it. Use '/src' instead"),
    ];

    public static TheoryData<StoreKind, string[], string> BadPolicies => [.. from store in new[] { StoreKind.Embedded, StoreKind.S3 } from bad in Bad select (store, bad.Options, bad.Says)];

    [Theory]
    [MemberData(nameof(BadPolicies))]
    public async Task A_bad_policy_is_refused_before_anything_is_touched(StoreKind store, string[] options, string says)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);

        Ran refused = (await box.TryMountAsync([.. options.Select(InBox)])).Exits(2);

        Assert.Contains(InBox(says), refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(box.Cache));
        Assert.True(await box.IsStoreEmptyAsync());

        string InBox(string text) => text.Replace("{mount}", box.Mount, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mnt", "link/mnt")]
    [InlineData("link/mnt", "mnt")]
    public async Task A_white_list_path_that_reaches_the_mount_point_by_a_link_is_refused_before_anything_is_touched(string mount, string path)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        File.CreateSymbolicLink(Path.Combine(box.Folder, "link"), ".");

        Ran refused = (await box.AgentBayAsync("test", Path.Combine(box.Folder, mount), "--cache-dir", box.Cache, "--include", Path.Combine(box.Folder, path, "src"))).Exits(2);

        Assert.Contains($"repeats the mount point '{Path.Combine(box.Folder, mount)}'", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Use '/src' instead", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(box.Cache));
        Assert.True(await box.IsStoreEmptyAsync());
    }

    [Theory]
    [InlineData("--policy \"$pipe\"")]
    [InlineData("-o policy=\"$pipe\"")]
    public async Task A_policy_that_comes_by_a_pipe_is_read_once(string option)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        const string script = """mkfifo "$5" && { printf '%s' "$4" > "$5" & } && pipe=$5 && "$1" test "$2" --cache-dir "$3" """;

        (await box.ScriptAsync(box.Folder, script + option, Programs.AgentBayMount, box.Mount, box.Cache, """{"bwList":{"whiteLists":[{"path":"/ü","excludePaths":[]}]}}""", Path.Combine(box.Folder, "pipe"))).Ok();
        await WriteAsync(box, "ü/a", "b");
        await box.UnmountAsync();

        Assert.Equal(["ü/a"], await StoredAsync(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_policy_file_is_read_with_its_notes_and_single_options_change_it(StoreKind store)
    {
        await using MountBox box = await MountBox.CreateAsync(machine, store, Who.Root);
        string file = Path.Combine(box.Folder, "policy.json");
        await File.WriteAllTextAsync(file, """{"uploadPolicy":{"autoUpload":false,"period":10},"bwList":{"whiteLists":[{"path":"/src","excludePaths":[]}]}}""");

        Ran mounted = (await box.TryMountAsync("--policy", "policy.json", "--upload", "auto", "--exclude", "/src/lib")).Ok();
        await WriteAsync(box, "src/a", "src/lib/b", "c");
        await box.UnmountAsync();

        Assert.Contains("uploadPolicy.period (10) has no effect", mounted.Error, StringComparison.Ordinal);
        Assert.Equal(["src/a"], await StoredAsync(box));
        Assert.Equal(["c", "src/a", "src/lib/b"], InMirror(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Only_the_white_list_is_synced_and_the_rest_is_here_after_a_remount(StoreKind store)
    {
        string[] options = ["--include", "/src", "--exclude", "/src/node_modules"];
        await using MountBox box = await MountBox.MountedAsync(machine, store, options);
        await WriteAsync(box, "src/a", "src/node_modules/b", "srcs/c");
        (await box.ScriptAsync(box.Mount, "sync -d srcs/c && mv srcs/c src/moved-in && mv src/a moved-out")).Ok();
        await box.UnmountAsync();
        Assert.Equal(["src/moved-in"], await StoredAsync(box));
        Assert.Equal(["moved-out", "src/moved-in", "src/node_modules/b"], InMirror(box));

        await box.MountAsync(options);

        Assert.Equal("src/a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "moved-out"), TestContext.Current.CancellationToken));
        Assert.Equal("src/node_modules/b", await File.ReadAllTextAsync(Path.Combine(box.Mount, "src/node_modules/b"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
    }

    /// <summary>Each name is judged by itself; what is written by one of them is the file's.</summary>
    [Theory]
    [ClassData<BothStores>]
    public async Task Of_a_file_with_names_on_both_sides_of_the_border_the_names_inside_are_stored(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--include", "/src");
        await WriteAsync(box, "src/inside", "outside");
        (await box.ScriptAsync(box.Mount, "ln src/inside linked-out && ln outside src/linked-in && echo -n more >> linked-out && test \"$(stat -c %h src/inside)\" = 2")).Ok();
        await box.UnmountAsync();

        Assert.Equal(["src/inside", "src/linked-in"], await StoredAsync(box));
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        Assert.Equal(("src/insidemore", "outside"), (await stored.ReadAsync("src/inside"), await stored.ReadAsync("src/linked-in")));
        Assert.Equal(["linked-out", "outside", "src/inside", "src/linked-in"], InMirror(box));

        await box.MountAsync("--include", "/src");
        (await box.ScriptAsync(box.Mount, "rm src/inside && test \"$(cat linked-out)\" = src/insidemore && echo -n again > outside")).Ok();
        await box.UnmountAsync();
        Assert.Equal(["src/linked-in"], await StoredAsync(box));
        Assert.Equal("again", await stored.ReadAsync("src/linked-in"));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_folder_moved_into_the_white_list_is_uploaded_with_all_that_is_in_it(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--include", "/src");
        await WriteAsync(box, "src/a", "d/e/b", "d/c");
        await box.UnmountAsync();
        Assert.Equal(["src/a"], await StoredAsync(box));
        await box.MountAsync("--include", "/src");

        (await box.ScriptAsync(box.Mount, "mv d src/d")).Ok();
        await box.UnmountAsync();

        Assert.Equal(["src/a", "src/d/c", "src/d/e/b"], await StoredAsync(box));
        Assert.Equal(["src/a", "src/d/c", "src/d/e/b"], InMirror(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task Programs_move_a_folder_of_placeholders_out_of_the_white_list_by_copying(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store);
        await WriteAsync(box, "src/d/a", "src/d/b", "src/c");
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--include", "/src");

        (await box.ScriptAsync(box.Mount, "mv src/d d && cat d/a d/b")).Ok();
        await box.UnmountAsync();

        Assert.Equal(["src/c"], await StoredAsync(box));
        Assert.Equal(["d/a", "d/b", "src/c"], InMirror(box));
        Assert.Equal("src/d/a", await File.ReadAllTextAsync(Path.Combine(box.MirrorTree, "d/a"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task What_the_store_has_outside_the_white_list_is_hidden_and_stays_there_however_the_list_changes(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store);
        await WriteAsync(box, "docs/d", "src/s", "top");
        await box.UnmountAsync();
        box.NewCache();

        await box.MountAsync("--include", "/src");
        Assert.Equal(["src/s"], await ShownAsync(box));
        await WriteAsync(box, "docs/local");
        await box.UnmountAsync();
        Assert.Equal(["docs/d", "src/s", "top"], await StoredAsync(box));
        Assert.Equal(["docs/local", "src/s"], InMirror(box));

        // Wider: what was hidden appears, and what was local-only inside it is uploaded.
        await box.MountAsync("--include", "/src", "--include", "/docs");
        Assert.Equal(["docs/d", "docs/local", "src/s"], await ShownAsync(box));
        await box.UnmountAsync();
        Assert.Equal(["docs/d", "docs/local", "src/s", "top"], await StoredAsync(box));

        // Narrower: what is deleted outside of it now stays in the store, also when the list grows again.
        await box.MountAsync("--include", "/src");
        (await box.ScriptAsync(box.Mount, "rm -f docs/local && rm src/s && echo -n new > src/new")).Ok();
        await box.UnmountAsync();
        Assert.Equal(["docs/d", "docs/local", "src/new", "top"], await StoredAsync(box));

        await box.MountAsync();
        Assert.Equal(["docs/d", "docs/local", "src/new", "top"], await ShownAsync(box));
        Assert.Equal("docs/local", await File.ReadAllTextAsync(Path.Combine(box.Mount, "docs/local"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
        Assert.Equal(["docs/d", "docs/local", "src/new", "top"], await StoredAsync(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_automatic_upload_what_was_closed_goes_to_the_store_by_itself(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--write-back", "1s");

        await WriteAsync(box, "d/a");

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await Eventually.HappensAsync(async () => await stored.ReadAsync("d/a") == "d/a", TestContext.Current.CancellationToken);

        Assert.Equal(["d/a"], InMirror(box));
        await box.UnmountAsync();
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_manual_upload_nothing_is_uploaded_until_it_is_asked_for_and_unmount_says_what_remains(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--upload", "manual");
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
        Assert.Equal(["a", "b"], InMirror(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_manual_upload_unmount_force_leaves_the_rest_for_the_next_mount_and_sync_uploads_it(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--upload", "manual");
        await WriteAsync(box, "a");
        await box.UnmountAsync("--force");
        Assert.Empty(await StoredAsync(box));
        Assert.Equal(["a"], InMirror(box));

        await box.MountAsync("-o", "upload=manual");
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "a"), TestContext.Current.CancellationToken));
        await box.UnmountAsync("--sync");

        Assert.Equal(["a"], await StoredAsync(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_manual_upload_SIGTERM_and_umount_upload_nothing(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--upload", "manual");
        await WriteAsync(box, "a");
        using (var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync()))
        {
            _ = AgentBay.Posix.Syscall.Kill(daemon.Id, signal: 15);
            await Eventually.EndsAsync(daemon);
        }

        await box.MountAsync("--upload", "manual");
        using (var daemon = System.Diagnostics.Process.GetProcessById(await box.DaemonAsync()))
        {
            (await box.RunAsync("umount", "-i", box.Mount)).Ok();
            await Eventually.EndsAsync(daemon);
        }

        Assert.Empty(await StoredAsync(box));
        Assert.Equal(["a"], InMirror(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_automatic_download_names_are_there_at_once_and_content_comes_when_it_is_read(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store);
        await WriteAsync(box, "d/a", "d/b");
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--prefetch", "off");

        Assert.Equal(["d/a", "d/b"], await ShownAsync(box));
        Assert.True(MountBox.IsPlaceholder(Path.Combine(box.MirrorTree, "d/a")));
        Assert.Equal("d/a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "d/a"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();

        Assert.Equal("d/a", await File.ReadAllTextAsync(Path.Combine(box.MirrorTree, "d/a"), TestContext.Current.CancellationToken));
        Assert.True(MountBox.IsPlaceholder(Path.Combine(box.MirrorTree, "d/b")));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_manual_download_the_store_appears_when_it_is_asked_for(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store);
        await WriteAsync(box, "d/a");
        await box.UnmountAsync();
        box.NewCache();
        await box.MountAsync("--download", "manual");
        Assert.Empty(Directory.EnumerateFileSystemEntries(box.Mount));
        Assert.Empty(InMirror(box));

        (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Ok();

        Assert.Equal("d/a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "d/a"), TestContext.Current.CancellationToken));
        await box.UnmountAsync();
        Assert.Equal(["d/a"], InMirror(box));
        Assert.Equal(["d/a"], await StoredAsync(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task With_keep_deleted_a_deletion_stays_here_and_the_next_mount_shows_the_file_again(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--keep-deleted");
        await WriteAsync(box, "a", "b");
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        File.Delete(Path.Combine(box.Mount, "a"));
        await box.UnmountAsync();
        Assert.Equal(["a", "b"], await StoredAsync(box));
        Assert.Equal(["b"], InMirror(box));

        await box.MountAsync();

        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(box.Mount, "a"), TestContext.Current.CancellationToken));
        File.Delete(Path.Combine(box.Mount, "a"));
        await box.UnmountAsync();
        Assert.Equal(["b"], await StoredAsync(box)); // By the default policy a deletion reaches the store.
        Assert.Equal(["b"], InMirror(box));
    }

    [Theory]
    [ClassData<BothStores>]
    public async Task A_lifecycle_becomes_an_expiry_rule_that_a_mount_without_one_leaves_alone(StoreKind kind)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, kind, "--lifecycle", "30d");
        await box.UnmountAsync();
        await box.MountAsync();
        await box.UnmountAsync();
        await using IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
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

    /// <summary>The files of the context in the store.</summary>
    private static async Task<IReadOnlyList<string>> StoredAsync(MountBox box)
    {
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        return [.. (await stored.KeysAsync()).Where(key => !key.EndsWith('/'))];
    }

    private static async Task<IReadOnlyList<string>> ShownAsync(MountBox box) =>
        (await box.ScriptAsync(box.Mount, "find . -type f -printf '%P\\n' | sort")).Ok().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The files that lie in the mirror, placeholders too.</summary>
    private static IReadOnlyList<string> InMirror(MountBox box) =>
        [.. Directory.EnumerateFiles(box.MirrorTree, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(box.MirrorTree, file)).Order(StringComparer.Ordinal)];
}
