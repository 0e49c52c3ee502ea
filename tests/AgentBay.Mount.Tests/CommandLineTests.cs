using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>What the built program says and answers, without any work in a mount.</summary>
public sealed class CommandLineTests(Machine machine)
{
    [Theory]
    [InlineData("nothing but a context", new[] { "demo" }, "Required argument")]
    [InlineData("an unknown option", new[] { "demo", "/mnt", "--bogus" }, "'--bogus'")]
    [InlineData("an unknown -o option", new[] { "demo", "/mnt", "-o", "ro,nobarrier" }, "-o nobarrier: there is no such mount option")]
    [InlineData("a write-back that is no time", new[] { "demo", "/mnt", "--write-back", "soon" }, "--write-back: 'soon'")]
    [InlineData("a write-back inside -o", new[] { "demo", "/mnt", "-o", "write_back=5y" }, "-o write_back: '5y'")]
    [InlineData("an fsync of neither kind", new[] { "demo", "/mnt", "--fsync", "never" }, "--fsync: 'never'")]
    [InlineData("a user's name", new[] { "demo", "/mnt", "--uid", "root" }, "--uid: 'root'")]
    [InlineData("a decimal umask", new[] { "demo", "/mnt", "--umask", "89" }, "--umask: '89'")]
    [InlineData("an unknown log level", new[] { "demo", "/mnt", "--log-level", "loud" }, "--log-level: 'loud'")]
    [InlineData("an empty cache directory", new[] { "demo", "/mnt", "--cache-dir", "" }, "--cache-dir is empty")]
    [InlineData("an empty cache directory inside -o", new[] { "demo", "/mnt", "-o", "cache_dir=" }, "--cache-dir is empty")]
    [InlineData("an empty cache directory to check", new[] { "fsck", "demo", "--cache-dir", "" }, "--cache-dir is empty")]
    [InlineData("an empty log file", new[] { "demo", "/mnt", "--log-file", "" }, "--log-file is empty")]
    [InlineData("an empty context", new[] { "", "/mnt" }, "name is empty")]
    [InlineData("an unmount without a path", new[] { "unmount" }, "Required argument")]
    [InlineData("a deadline that is no time", new[] { "unmount", "/mnt", "--deadline", "x" }, "--deadline: 'x'")]
    [InlineData("a sync sideways", new[] { "sync", "/mnt", "--mode", "sideways" }, "--mode: 'sideways'")]
    [InlineData("a context verb that is none", new[] { "context", "explode" }, "'explode'. See: agentbay-mount context --help")]
    [InlineData("a context verb without its name", new[] { "context", "create" }, "See: agentbay-mount context create --help")]
    [InlineData("a mount without its verb", new[] { "demo" }, "See: agentbay-mount mount --help")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string what, string[] arguments, string says)
    {
        await using MountBox box = await BoxAsync();

        (await box.AgentBayAsync(arguments)).FailsWith(2, says);

        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("ftp://host/x")]
    [InlineData("s3://")]
    [InlineData("")]
    public async Task A_store_url_that_is_none_is_wrong_usage(string url)
    {
        await using MountBox box = await BoxAsync();

        (await box.TryMountAsync("--store", url)).FailsWith(2, "--store:");
        (await box.AgentBayAsync("context", "list", "--store", url)).FailsWith(2, "--store:");
    }

    [Fact]
    public async Task The_mount_helper_takes_its_words_as_the_command_line_does()
    {
        await using MountBox box = await BoxAsync();

        (await box.AgentBayAsync("mount-helper", "@name", box.Mount, "-o", $"cache_dir={box.Cache}")).Ok();

        Assert.Equal("@name", (await box.AgentBayAsync("status", box.Mount, "--json")).Json().GetProperty("context").GetString());
        await box.UnmountAsync();
    }

    [Fact]
    public async Task A_store_of_the_environment_that_is_none_is_wrong_usage_that_names_the_variable()
    {
        await using MountBox box = await BoxAsync();
        box.Set("AGENTBAY_STORE", "ftp://host/x");

        (await box.TryMountAsync()).FailsWith(2, "AGENTBAY_STORE: The store's URL has the unknown scheme 'ftp'");
        (await box.AgentBayAsync("context", "list")).FailsWith(2, "AGENTBAY_STORE: ");
    }

    [Fact]
    public async Task A_relative_store_of_the_environment_is_the_same_for_a_mount_in_the_background()
    {
        await using MountBox box = await BoxAsync();
        box.Set("AGENTBAY_STORE", "store");

        await box.MountAsync();
        string? mounted = (await box.AgentBayAsync("status", box.Mount, "--json")).Json().GetProperty("store").GetString();
        await box.UnmountAsync();

        Assert.Equal($"file://{box.StoreUrl}", mounted);
        (await box.AgentBayAsync("context", "get", "test")).Ok();
    }

    [Fact]
    public async Task A_store_may_be_a_link_to_a_folder()
    {
        await using MountBox box = await BoxAsync();
        string inside = Path.Combine(box.StoreUrl, "inside"), link = Path.Combine(box.Folder, "link");
        _ = Directory.CreateDirectory(inside);
        _ = File.CreateSymbolicLink(link, "store");

        (await box.AgentBayAsync("context", "create", "test", "--store", link)).Ok();

        (await box.AgentBayAsync("context", "get", "test")).Ok();
        (await box.AgentBayAsync("test", inside, "--store", link, "--cache-dir", box.Cache)).FailsWith(1, $"is inside the store {box.StoreUrl}");
    }

    [Theory]
    [InlineData("mount", "--store", "--cache-dir", "--read-only", "--no-create", "--write-back", "--fsync", "--prefetch", "--policy", "--upload", "--download", "--include", "--exclude", "--keep-deleted", "--lifecycle", "--allow-other", "--uid", "--gid", "--umask", "-o", "--foreground", "--log-file", "--log-level", "AGENTBAY_STORE")]
    [InlineData("unmount", "--deadline", "--force", "--sync")]
    [InlineData("sync", "--mode")]
    [InlineData("status", "--json", "pendingFiles")]
    [InlineData("fsck", "--repair", "--content", "--json", "--store", "--cache-dir")]
    [InlineData("context", "--store", "--json", "--yes", "--no-wait", "--timeout", "list", "get", "create", "rename", "clear", "delete")]
    [InlineData("file", "--store", "--json", "--yes", "--page", "--page-size", "--expires", "list", "put", "get", "delete", "upload-url", "download-url")]
    public async Task The_help_of_a_verb_names_all_its_options_with_examples_and_exit_codes(string verb, params string[] words)
    {
        await using MountBox box = await BoxAsync();

        string help = (await box.AgentBayAsync(verb, "--help")).Ok().Output;

        Assert.All([.. words, "--help", "Examples:", "Exit codes:"], word => Assert.Contains(word, help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_without_a_verb_is_that_of_mount_and_the_version_is_one_line()
    {
        await using MountBox box = await BoxAsync();

        Assert.Equal((await box.AgentBayAsync("mount", "--help")).Ok().Output, (await box.AgentBayAsync("--help")).Ok().Output);
        Assert.Matches(@"^agentbay-mount \d+\.\d+\.\d+\n$", (await box.AgentBayAsync("--version")).Ok().Output);
    }

    [Fact]
    public async Task A_mount_point_that_cannot_be_one_is_refused_with_what_to_do()
    {
        await using MountBox box = await BoxAsync();
        string file = Path.Combine(box.Folder, "file");
        await File.WriteAllTextAsync(file, "");
        string full = Path.Combine(box.Folder, "full");
        Directory.CreateDirectory(Path.Combine(full, "inside"));

        (await box.AgentBayAsync("demo", Path.Combine(box.Folder, "missing"))).FailsWith(1, "mkdir -p");
        (await box.AgentBayAsync("demo", file)).FailsWith(1, "is not a directory");
        (await box.AgentBayAsync("demo", full)).FailsWith(1, "is not empty");
        (await box.AgentBayAsync("demo", box.Mount, "--cache-dir", Path.Combine(box.Mount, "cache"))).FailsWith(1, "is inside the mount point");
    }

    [Fact]
    public async Task An_unknown_context_is_not_made_with_no_create()
    {
        await using MountBox box = await BoxAsync();

        (await box.TryMountAsync("--no-create")).FailsWith(1, "There is no context 'test'");
        Assert.Equal("[]", (await box.AgentBayAsync("context", "list", "--json")).Ok().Output.Trim());
    }

    [Fact]
    public async Task Contexts_are_made_found_listed_and_deleted()
    {
        await using MountBox box = await BoxAsync();

        string id = (await box.AgentBayAsync("context", "create", "demo", "--json")).Json().GetProperty("id").GetString()!;
        Assert.StartsWith("SdkCtx-", id, StringComparison.Ordinal);
        Assert.Equal(id, (await box.AgentBayAsync("context", "create", "demo", "--json")).Json().GetProperty("id").GetString());
        Assert.Equal("demo", (await box.AgentBayAsync("context", "get", id, "--json")).Json().GetProperty("name").GetString());
        Assert.Contains(id, (await box.AgentBayAsync("context", "list")).Ok().Output, StringComparison.Ordinal);
        (await box.AgentBayAsync("context", "delete", "demo")).FailsWith(2, "--yes");
        (await box.AgentBayAsync("context", "delete", "demo", "--yes")).Ok();
        (await box.AgentBayAsync("context", "get", "demo")).FailsWith(1, "There is no context 'demo'");
    }

    [Fact]
    public async Task A_path_that_is_no_mount_of_ours_has_no_status_and_is_not_unmounted()
    {
        await using MountBox box = await BoxAsync();

        (await box.AgentBayAsync("status", box.Mount)).FailsWith(1, "is not mounted by agentbay-mount");
        (await box.AgentBayAsync("unmount", box.Mount)).FailsWith(1, "is not mounted by agentbay-mount");
        (await box.AgentBayAsync("unmount", "/proc")).FailsWith(1, "use umount");
    }

    private Task<MountBox> BoxAsync() => MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
}
