using System.Text.RegularExpressions;
using AgentBay.Testing;
using AgentBay.Testing.Http;

namespace AgentBay.Mount.Tests;

/// <summary>Who waits for the store: not without end while others write, and not longer than the deadline.</summary>
public sealed class WaitingTests(Machine machine)
{
    /// <summary>Store calls of one mount at the same time.</summary>
    private const int Concurrency = 32;

    /// <summary>Writes the next number again and again; prints each that dd, which looks at what close(2) says, could write.</summary>
    private const string Writer = """for i in $(seq 1000000); do echo "$i" | dd of="$1/d/numbers" status=none 2>/dev/null && echo "$i" || exit 0; done""";

    [Theory]
    [ClassData<BothStores>]
    public async Task What_is_written_during_a_wait_is_neither_lost_nor_does_it_make_the_wait_endless(StoreKind store)
    {
        await using MountBox box = await MountBox.MountedAsync(machine, store, "--write-back", "off");
        (await box.ScriptAsync(box.Mount, "mkdir d && for i in $(seq 50); do echo $i > d/f$i; done")).Ok();
        using var writer = box.Start("bash", "-c", Writer, "bash", box.Mount);
        Assert.Equal("1", await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Task<string> written = writer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await using StoredContext stored = await StoredContext.OpenAsync(box);

        (await box.AgentBayAsync("sync", box.Mount)).Ok();
        Assert.NotNull(await stored.ReadAsync("d/numbers"));
        (await box.ScriptAsync("/", """sync "$1/d" && sync "$1" && sync "$1/d/numbers" """, box.Mount)).Ok();
        int before = int.TryParse(await stored.ReadAsync("d/numbers"), out int number) ? number : 0; // dd empties the file before it writes.
        Assert.False(writer.HasExited);
        Ran unmounted = null!;
        await Eventually.HappensAsync(
            async () =>
            {
                unmounted = await box.AgentBayAsync("unmount", box.Mount);
                return unmounted.ExitCode != 1 || !unmounted.Error.Contains(" is in use ", StringComparison.Ordinal); // It may have the file open in that moment.
            },
            TestContext.Current.CancellationToken);
        _ = unmounted.Ok();
        await Eventually.EndsAsync(writer);
        string last = (await written).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Equal($"{last}\n", await stored.ReadAsync("d/numbers"));
        Assert.True(int.Parse(last) > before);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("unmount")]
    public async Task Who_waits_at_a_terminal_sees_how_far_it_is(string verb)
    {
        const string far = "4/5 files";
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        var seen = new TaskCompletionSource();
        await using var relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), async (request, forward, cancel) =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/last", StringComparison.Ordinal))
            {
                await seen.Task.WaitAsync(cancel);
            }

            return await forward(request);
        });
        box.ReachStoreBy($"http://127.0.0.1:{relay.Port}");
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, "for name in 1 2 3 4 last; do echo $name > $name; done")).Ok();
        using var terminal = box.Start("env", "TERM=xterm", "script", "-qec", $"{Programs.AgentBayMount} {verb} {box.Mount}", "/dev/null");
        var shown = new ProgramOutput(terminal.StandardOutput, terminal.Kill);

        await Eventually.HappensAsync(() => Task.FromResult(shown.ToString().Contains(far, StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        seen.SetResult();
        await Eventually.EndsAsync(terminal);

        Assert.Equal(0, terminal.ExitCode);
        if (verb == "sync")
        {
            await box.UnmountAsync();
        }
    }

    [Fact]
    public async Task At_a_deadline_the_oldest_are_stored_the_rest_is_listed_and_the_next_mount_has_it()
    {
        const int files = 200, let = 40;
        await using MountBox box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        using var turn = new SemaphoreSlim(let);
        await using var relay = new HttpRelay(new Uri(box.Bucket.Server.Endpoint), async (request, forward, cancel) =>
        {
            if (request.Method == "PUT" && request.Path.StartsWith($"/{box.Bucket.Name}/contexts/", StringComparison.Ordinal))
            {
                await turn.WaitAsync(cancel);
            }

            return await forward(request);
        });
        box.ReachStoreBy($"http://127.0.0.1:{relay.Port}");
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, """for i in $(seq "$1"); do echo "$i" > "f$i"; done""", $"{files}")).Ok();

        Ran left = (await box.AgentBayAsync("unmount", box.Mount, "--deadline", "10s")).Exits(3);

        await using StoredContext stored = await StoredContext.OpenAsync(box);
        List<int> first = [.. (await stored.KeysAsync()).Select(key => int.Parse(key.AsSpan(1)))];
        Assert.InRange(first.Count, 1, let);
        Assert.InRange(first.Max(), first.Count, first.Count + Concurrency);
        int listed = int.Parse(Regex.Match(left.Error, @"(\d+) changes").Groups[1].ValueSpan);
        Assert.InRange(listed, files - first.Count, files); // It may list what is stored: the deadline also ends the last look.

        turn.Release(int.MaxValue / 2);
        await box.MountAsync("--write-back", "off");
        (await box.ScriptAsync(box.Mount, """for i in $(seq "$1"); do test "$(cat "f$i")" = "$i"; done""", $"{files}")).Ok();
        await box.UnmountAsync();
        Assert.Equal(files, (await stored.KeysAsync()).Count);
        Assert.Equal("200\n", await stored.ReadAsync("f200"));
    }
}
