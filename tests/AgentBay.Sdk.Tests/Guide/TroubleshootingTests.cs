using AgentBay.Fs.Policies;
using AgentBay.Testing;

namespace AgentBay.Sdk.Tests.Guide;

/// <summary>The five issues of the guide's chapter "Troubleshooting": each works, or says why not.</summary>
[Collection(MachineCollection.Name)]
public sealed class TroubleshootingTests(Machine machine)
{
    [Theory, OnEveryStore]
    public async Task Issue_1_a_folder_without_write_permission_is_refused_by_name(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        const string workspace = "/sys/workspace"; // Where not even root may make one.

        var wrong = await box.Client.CreateAsync(new CreateSessionParams { ContextSyncs = [ContextSync.New(context.Id, workspace)] });
        var right = await box.Client.CreateAsync(new CreateSessionParams { ContextSyncs = [ContextSync.New(context.Id, box.At("/home/wuying"))] });

        Assert.False(wrong.Success);
        Assert.Null(wrong.Session);
        Assert.Contains("Failed to create directory: /sys/workspace, error: Permission denied", wrong.ErrorMessage, StringComparison.Ordinal);
        Assert.True(right.Success, right.ErrorMessage);
        await right.Session.DeleteAsync();
    }

    [Theory, OnEveryStore]
    public async Task Issue_2_white_list_paths_that_repeat_the_mount_point_are_refused_with_the_right_ones(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        string home = box.At("/home/wuying");
        SyncPolicy Policy(string path) => new() { BWList = new BWList { WhiteLists = [new WhiteList(path: path)] } };

        var error = Assert.Throws<PolicyException>(() => ContextSync.New(context.Id, home, Policy($"{home}/src")));
        Session session = await box.SessionAsync(ContextSync.New(context.Id, home, Policy("/src")));
        await session.FileSystem.CreateDirectoryAsync($"{home}/src");
        await session.FileSystem.WriteFileAsync($"{home}/src/main.cs", "kept");
        (await session.DeleteAsync(syncContext: true)).EnsureSuccess();

        Assert.Contains("Use '/src' instead", error.Message, StringComparison.Ordinal);
        Assert.Equal([new("src/main.cs", "kept")], await box.StoredAsync(context));
    }

    [Theory]
    [InlineData("*.json", "path")]
    [InlineData("/data/*", "path")]
    [InlineData("/logs/**/*.txt", "path")]
    [InlineData("*.log", "exclude_paths")]
    public void Issue_3_wildcards_are_refused_with_their_reason(string pattern, string part)
    {
        var error = Assert.Throws<PolicyException>(() => part == "path" ? new WhiteList(path: pattern) : new WhiteList(path: "/src", excludePaths: [pattern]));

        Assert.Equal($"Wildcard patterns are not supported in {part}. Got: {pattern}. Please use exact directory paths instead.", error.Message);
    }

    [Theory, OnEveryStore]
    public async Task Issue_3_exact_directories_are_synced_without_what_they_exclude(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        string data = box.At("/tmp/data");
        var policy = new SyncPolicy
        {
            BWList = new BWList { WhiteLists = [new WhiteList(path: "/data"), new WhiteList(path: "/src", excludePaths: ["/temp"])] },
        };

        Session session = await box.SessionAsync(ContextSync.New(context.Id, data, policy));
        foreach (string path in (string[])["data/a.json", "src/main.cs", "src/temp/t.log", "logs/x.txt"])
        {
            await session.FileSystem.CreateDirectoryAsync(Path.GetDirectoryName($"{data}/{path}")!);
            await session.FileSystem.WriteFileAsync($"{data}/{path}", path);
        }

        (await session.DeleteAsync(syncContext: true)).EnsureSuccess();

        Assert.Equal(["data/a.json", "src/main.cs"], (await box.StoredAsync(context)).Keys);
    }

    [Theory]
    [InlineData(StoreKind.Embedded, false)]
    [InlineData(StoreKind.Embedded, true)]
    [InlineData(StoreKind.S3, false)]
    [InlineData(StoreKind.S3, true)]
    public async Task Issue_4_what_was_written_before_the_deletion_is_in_the_next_session(StoreKind store, bool syncContext)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        string home = box.At("/home/wuying");
        Session session = await box.SessionAsync(ContextSync.New(context.Id, home));

        await session.FileSystem.WriteFileAsync($"{home}/data.txt", "content");
        await box.Client.DeleteAsync(session, syncContext);

        Session next = await box.SessionAsync(ContextSync.New(context.Id, home));
        Assert.Equal("content", (await next.FileSystem.ReadFileAsync($"{home}/data.txt")).Content);
        await next.DeleteAsync();
    }

    [Theory, OnEveryStore]
    public async Task Issue_5_data_is_kept_forever_unless_a_recycle_policy_of_exact_paths_says_otherwise(StoreKind store)
    {
        await using SdkBox box = await machine.BoxAsync(store);
        Context context = await box.ContextAsync();
        string data = box.At("/tmp/data");

        await (await box.SessionAsync(ContextSync.New(context.Id, data))).DeleteAsync();
        IReadOnlyList<(string, int)> byDefault = await box.RulesAsync(context);
        var recyclePolicy = new RecyclePolicy { Lifecycle = Lifecycle.Days1, Paths = [""] };
        Session session = await box.SessionAsync(ContextSync.New(context.Id, data, new SyncPolicy { RecyclePolicy = recyclePolicy }));
        await session.FileSystem.WriteFileAsync($"{data}/temp.txt", "1 day");
        (await session.DeleteAsync(syncContext: true)).EnsureSuccess();

        Assert.Empty(byDefault);
        Assert.Equal([("", 1)], await box.RulesAsync(context));
        Assert.Equal(["/tmp/cache", "/var/logs"], new RecyclePolicy { Lifecycle = Lifecycle.Days1, Paths = ["/tmp/cache", "/var/logs"] }.Paths);

        var error = Assert.Throws<PolicyException>(() => new RecyclePolicy { Lifecycle = Lifecycle.Days1, Paths = ["/tmp/*", "/var/*.log"] });
        Assert.Equal("Wildcard patterns are not supported in recycle policy paths. Got: /tmp/*. Please use exact directory paths instead.", error.Message);
    }
}
