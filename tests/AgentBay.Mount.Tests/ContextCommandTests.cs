using System.Text;
using System.Text.Json;
using AgentBay.ObjectStore;
using AgentBay.Posix;
using AgentBay.Testing;
using AgentBay.Testing.Http;

namespace AgentBay.Mount.Tests;

/// <summary><c>context rename</c> and <c>context clear</c>, and what mounts do when their context is cleared.</summary>
public sealed class ContextCommandTests(Machine machine)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task A_renamed_context_is_found_under_its_new_name_only(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        string id = (await box.AgentBayAsync("context", "create", "old", "--json")).Json().GetProperty("id").GetString()!;
        (await box.AgentBayAsync("context", "create", "other")).Ok();

        Assert.Equal("new", (await box.AgentBayAsync("context", "rename", "old", "new", "--json")).Json().GetProperty("name").GetString());

        Assert.Equal(id, (await box.AgentBayAsync("context", "get", "new", "--json")).Json().GetProperty("id").GetString());
        (await box.AgentBayAsync("context", "get", "old")).FailsWith(1, "There is no context 'old'");
        (await box.AgentBayAsync("context", "rename", "new", "other")).FailsWith(1, "choose a name that is free");
        (await box.AgentBayAsync("context", "rename", "nothing", "x")).FailsWith(1, "There is no context 'nothing'");
        (await box.AgentBayAsync("context", "rename", "new", " ")).FailsWith(2, "cannot be a context's name");
    }

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task A_cleared_context_is_empty_and_otherwise_the_same(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        string id = (await box.AgentBayAsync("context", "create", "test", "--json")).Json().GetProperty("id").GetString()!;
        (await box.ScriptAsync(box.Folder, "for i in 1 2 3; do echo $i | \"$1\" file put test - d/$i; done", Programs.AgentBayMount)).Ok();

        JsonElement cleared = (await box.AgentBayAsync("context", "clear", "test", "--yes", "--json")).Json();

        Assert.Equal((id, "available"), (cleared.GetProperty("id").GetString(), cleared.GetProperty("state").GetString()));
        Assert.Equal(JsonValueKind.String, cleared.GetProperty("clearedAt").ValueKind);
        Assert.Equal(0, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Theory]
    [InlineData("--no-wait", 0)]
    [InlineData("--timeout=1ms", 1)]
    public async Task A_clear_that_nobody_waits_for_goes_on_in_the_background(string option, int exitCode)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.AgentBayAsync("context", "create", "test")).Ok();
        (await box.ScriptAsync(box.Folder, "echo x | \"$1\" file put test - a", Programs.AgentBayMount)).Ok();

        Ran clear = (await box.AgentBayAsync("context", "clear", "test", "--yes", option)).Exits(exitCode);

        Assert.Contains("in the background: agentbay-mount context get test", clear.Output + clear.Error, StringComparison.Ordinal);
        await Eventually.HappensAsync(async () => (await box.AgentBayAsync("context", "get", "test", "--json")).Json().GetProperty("state").GetString() != "clearing", Cancel);
        Assert.Equal(0, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task A_deletion_that_is_interrupted_says_how_to_end_it()
    {
        await using MountBox box = await BoxAsync(StoreKind.S3);
        (await box.AgentBayAsync("context", "create", "test")).Ok();
        string files = Uri.EscapeDataString($"contexts/{await box.ContextIdAsync()}/");
        var deletes = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), async (request, forward, cancel) =>
        {
            if (request.Parameters.Contains("list-type") && request.Target.Contains(files, StringComparison.Ordinal))
            {
                _ = deletes.TrySetResult();
                await ended.Task.WaitAsync(cancel);
            }

            return await forward(request);
        });
        box.ReachStoreBy($"http://127.0.0.1:{relay.Port}");
        using var delete = box.Start(Programs.AgentBayMount, "context", "delete", "test", "--yes");
        await deletes.Task.WaitAsync(Eventually.Limit, Cancel); // It looks for what it has to delete.

        _ = Syscall.Kill(delete.Id, signal: 15);
        await Eventually.EndsAsync(delete);
        ended.SetResult();

        Assert.Equal(1, delete.ExitCode);
        Assert.Contains("until it is deleted again: agentbay-mount context delete test --yes", await delete.StandardError.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        (await box.TryMountAsync()).FailsWith(1, "is being deleted");
        (await box.AgentBayAsync("context", "delete", "test", "--yes")).Ok();
        (await box.AgentBayAsync("context", "get", "test")).FailsWith(1, "There is no context 'test'");
    }

    [Fact]
    public async Task Nothing_is_cleared_without_yes_or_while_it_is_mounted_here()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await box.MountAsync();
        (await box.AgentBayAsync("context", "clear", "test", "--yes")).FailsWith(1, "unmount it first");
        await box.UnmountAsync();
        (await box.AgentBayAsync("context", "clear", "test")).FailsWith(2, "say --yes");
        (await box.AgentBayAsync("context", "clear", "nothing", "--yes")).FailsWith(1, "There is no context 'nothing'");
        (await box.AgentBayAsync("context", "clear", "test", "--yes", "--timeout", "soon")).FailsWith(2, "--timeout: 'soon'");
    }

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task Processes_that_create_a_name_at_once_get_one_context(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);

        Ran[] made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => box.AgentBayAsync("context", "create", "same", "--json")));

        string? id = Assert.Single(made.Select(one => one.Json().GetProperty("id").GetString()).Distinct());
        Assert.Equal([id], (await box.AgentBayAsync("context", "list", "--json")).Json().EnumerateArray().Select(context => context.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("delete", "test", true)]
    [InlineData("delete", "y", false)]
    [InlineData("clear", "test", true)]
    [InlineData("clear", "", false)]
    public async Task On_a_terminal_the_context_s_name_confirms_and_nothing_else_does(string verb, string answer, bool done)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.AgentBayAsync("context", "create", "test")).Ok();
        (await box.ScriptAsync(box.Folder, "echo x | \"$1\" file put test - a", Programs.AgentBayMount)).Ok();

        Ran asked = (await box.OnTerminalAsync(answer, "context", verb, "test")).Exits(done ? 0 : 1);

        Assert.Contains("Type its name to confirm:", asked.Output, StringComparison.Ordinal);
        Assert.Equal(!done, asked.Output.Contains("Nothing was changed.", StringComparison.Ordinal));
        if (verb == "delete" && done)
        {
            (await box.AgentBayAsync("context", "get", "test")).FailsWith(1, "There is no context 'test'");
            return;
        }

        Assert.Equal(done ? 0 : 1, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Theory]
    [InlineData("clearing", "is being cleared")]
    [InlineData("deleting", "is being deleted")]
    public async Task A_context_that_is_being_cleared_or_deleted_is_not_mounted(string state, string says)
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        (await box.AgentBayAsync("context", "create", "test")).Ok();
        await ChangeRecordAsync(box, record => record.Replace("\"available\"", $"\"{state}\"", StringComparison.Ordinal));

        (await box.TryMountAsync()).FailsWith(1, says);
        (await box.TryMountAsync("--read-only")).FailsWith(1, says);
        (await box.ScriptAsync(box.Folder, "echo x | \"$1\" file put test - a", Programs.AgentBayMount)).FailsWith(1, says);
    }

    [Theory]
    [InlineData(StoreKind.Embedded)]
    [InlineData(StoreKind.S3)]
    public async Task A_mount_of_a_context_that_is_cleared_elsewhere_stores_nothing_and_the_next_one_is_empty(StoreKind store)
    {
        await using MountBox box = await BoxAsync(store);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "mkdir d && echo one > d/stored && sync d/stored && echo two > d/new")).Ok();
        await ClearElsewhereAsync(box);

        Ran sync = (await box.AgentBayAsync("sync", box.Mount)).Exits(3);
        Assert.Contains("was cleared at", sync.Error, StringComparison.Ordinal);
        Assert.Contains("was cleared at", (await box.AgentBayAsync("status", box.Mount, "--json")).Json().GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Ran unmounted = (await box.AgentBayAsync("unmount", box.Mount)).Exits(3);
        Assert.DoesNotContain("to upload it", unmounted.Error, StringComparison.Ordinal);
        Ran again = (await box.TryMountAsync()).Ok();

        string kept = again.Error.Split(" are kept in ")[1].Split(": take")[0];
        Assert.Equal("two\n", await File.ReadAllTextAsync(Path.Combine(kept, "d", "new"), Cancel));
        Assert.False(File.Exists(Path.Combine(kept, "d", "stored")));
        Assert.Empty((await box.ScriptAsync(box.Mount, "ls -A")).Ok().Output);
        await box.UnmountAsync();
        Assert.Equal(0, (await box.AgentBayAsync("file", "list", "test", "--json")).Json().GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Sync_of_a_context_that_is_cleared_elsewhere_says_so_also_when_nothing_is_pending()
    {
        await using MountBox box = await BoxAsync(StoreKind.Embedded);
        await box.MountAsync();
        (await box.ScriptAsync(box.Mount, "echo one > stored")).Ok();
        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        await ClearElsewhereAsync(box);

        Assert.Contains("was cleared at", (await box.AgentBayAsync("sync", box.Mount)).Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains("was cleared at", (await box.AgentBayAsync("sync", box.Mount, "--mode", "download")).Exits(1).Error, StringComparison.Ordinal);
        JsonElement last = (await box.AgentBayAsync("info", box.Mount, "--json")).Json().EnumerateArray().Last();
        Assert.Equal("Failed", last.GetProperty("status").GetString());
    }

    /// <summary>What a clear on another machine leaves.</summary>
    private static async Task ClearElsewhereAsync(MountBox box)
    {
        await ChangeRecordAsync(box, record => record.Replace("\"epoch\": \"", "\"clearedAt\": \"2026-01-02T03:04:05Z\", \"epoch\": \"f", StringComparison.Ordinal));
        await Task.Delay(TimeSpan.FromSeconds(2), Cancel); // As a clear does: what a mount was told before counts for a second.
        await using IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
        ListPage all = await store.ListAsync(new ListRequest("contexts/"), Cancel);
        Assert.Empty(await store.DeleteManyAsync([.. all.Objects.Select(info => info.Key)], Cancel));
    }

    private static async Task ChangeRecordAsync(MountBox box, Func<string, string> change)
    {
        await using IObjectStore store = StoreUrl.Open(box.StoreUrl, StoreOpenOptions.Default);
        string key = (await store.ListAsync(new ListRequest(".agentbay/contexts/"), Cancel)).Objects.Single().Key;
        string record;
        await using (ObjectContent content = (await store.GetAsync(key, null, null, Cancel))!)
        {
            record = await new StreamReader(content.Body).ReadToEndAsync(Cancel);
        }

        string changed = change(record);
        Assert.NotEqual(record, changed);
        _ = await store.PutAsync(key, Encoding.UTF8.GetBytes(changed), new PutOptions(), Cancel);
    }

    private Task<MountBox> BoxAsync(StoreKind store) => MountBox.CreateAsync(machine, store, Who.Root);
}
