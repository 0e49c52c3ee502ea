using System.Text.Json;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>What <c>info</c> says of transfers that nobody asked for.</summary>
public sealed class InfoTests(Machine machine)
{
    [Fact]
    public async Task An_upload_in_the_background_that_fails_is_a_row_of_info()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        await box.MountAsync("--write-back", "100ms");
        await Eventually.HappensAsync(async () => await RowsAsync(box) is ["download Success"], TestContext.Current.CancellationToken);

        (await box.ScriptAsync(box.Mount, "d=$(printf 'n%.0s' $(seq 250)) && mkdir -p $d/$d/$d/$d/$d && echo x > $d/$d/$d/$d/$d/f")).Ok();
        await Eventually.HappensAsync(async () => await RowsAsync(box) is ["upload Failed", "download Success"], TestContext.Current.CancellationToken);

        JsonElement row = (await box.AgentBayAsync("info", box.Mount, "--json")).Json()[0];
        Assert.Contains("makes a key of more than 1023 bytes", row.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.True(row.GetProperty("startTime").GetDateTimeOffset() <= row.GetProperty("finishTime").GetDateTimeOffset());

        (await box.ScriptAsync(box.Mount, "rm -r nnn* && echo y > g")).Ok();
        await Eventually.HappensAsync(async () => await RowsAsync(box) is ["upload Success", "download Success"], TestContext.Current.CancellationToken);

        await box.UnmountAsync();
    }

    [Fact]
    public async Task Why_says_the_rule_also_as_JSON()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.Embedded, Who.Root);
        await box.MountAsync("--include", "/src", "--exclude", "/src/lib");

        JsonElement synced = (await box.AgentBayAsync("why", Path.Combine(box.Mount, "src", "new"), "--json")).Json();
        JsonElement local = (await box.AgentBayAsync("why", Path.Combine(box.Mount, "src", "lib"), "--json")).Json();

        Assert.Equal(("src/new", true, "in the white list path 'src'"), Answer(synced));
        Assert.Equal(("src/lib", false, "excluded by 'src/lib'"), Answer(local));
        await box.UnmountAsync();

        static (string?, bool, string?) Answer(JsonElement json) =>
            (json.GetProperty("path").GetString(), json.GetProperty("isSynced").GetBoolean(), json.GetProperty("rules")[0].GetString());
    }

    private static async Task<string[]> RowsAsync(MountBox box) =>
        [.. (await box.AgentBayAsync("info", box.Mount, "--json")).Json().EnumerateArray().Select(row => $"{row.GetProperty("taskType").GetString()} {row.GetProperty("status").GetString()}")];
}
