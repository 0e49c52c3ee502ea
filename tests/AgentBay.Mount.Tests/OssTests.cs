using System.Text.Json;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>Commands and a mount on a bucket that is as strict as OSS.</summary>
public sealed class OssTests(Machine machine)
{
    [Fact]
    public async Task A_context_lives_on_OSS()
    {
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        await using var oss = new OssBucket(box.Bucket);
        foreach ((string name, string value) in oss.Environment)
        {
            box.Set(name, value);
        }

        box.Set("AGENTBAY_STORE", oss.Url());
        await box.MountAsync("--lifecycle", "30d");
        (await box.ScriptAsync(box.Mount, "mkdir -p d/e && echo one > d/a && ln -s a d/link && head -c 20M /dev/urandom > large && sync d/a && mv d/a d/b && chmod 600 d/b")).Ok();
        string sum = (await box.ScriptAsync(box.Mount, "sha256sum < large")).Ok().Output;
        await box.UnmountAsync();

        box.NewCache(); // Another machine.
        await box.MountAsync();
        Assert.Equal("one\n600\na\n", (await box.ScriptAsync(box.Mount, "cat d/b && stat -c %a d/b && readlink d/link && test -d d/e")).Ok().Output);
        Assert.Equal(sum, (await box.ScriptAsync(box.Mount, "sha256sum < large && rm large")).Ok().Output);
        await box.UnmountAsync();

        JsonElement files = (await box.AgentBayAsync("file", "list", "test", "--json")).Json();
        Assert.Equal(["d"], files.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()));
        (await box.AgentBayAsync("context", "rename", "test", "renamed")).Ok();
        (await box.AgentBayAsync("context", "clear", "renamed", "--yes")).Ok();
        Assert.Equal(0, (await box.AgentBayAsync("file", "list", "renamed", "--json")).Json().GetProperty("totalCount").GetInt32());
        (await box.AgentBayAsync("context", "delete", "renamed", "--yes")).Ok();
        Assert.Equal("[]", (await box.AgentBayAsync("context", "list", "--json")).Ok().Output.Trim());
        Assert.DoesNotContain(await box.Bucket.GetLifecycleAsync() ?? [], rule => rule.Expiration is not null);
    }
}
