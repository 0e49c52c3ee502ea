using AgentBay.Fs.Policies;
using AgentBay.Fs.Tests.Sync;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Mirror;

public sealed class PrefetcherTests
{
    [Fact]
    public async Task Everything_is_brought_in_the_large_files_last()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.PutForeignAsync("large", new string('x', 1000));
        await mirror.PutForeignAsync("d/small", "x");
        await mirror.PutForeignAsync("d/e/middle", "xxxxxxxxx");
        int begun = 0;
        var bothBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mirror.Store.BeforeCall = (call, cancellationToken) =>
        {
            if (call.Call != StoreCall.Get || !(call.Key.EndsWith("small", StringComparison.Ordinal) || call.Key.EndsWith("middle", StringComparison.Ordinal)))
            {
                return Task.CompletedTask;
            }

            if (Interlocked.Increment(ref begun) == 2)
            {
                bothBegun.SetResult();
            }

            return bothBegun.Task.WaitAsync(Eventually.Limit, cancellationToken); // It goes two at a time: neither ends before both have begun.
        };

        Assert.True(await mirror.Session.PrefetchAsync());

        Assert.Equal(0, mirror.Host.Placeholders.Count);
        Assert.Equal("Get large", mirror.NewCalls().Last(call => call.StartsWith("Get", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task It_leaves_the_disk_room_to_work()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync(new MountSessionOptions { Time = new ManualTime(), PrefetchReserve = long.MaxValue / 2 });
        await mirror.PutForeignAsync("a", "1");

        Assert.True(await mirror.Session.PrefetchAsync());

        Assert.True(mirror.IsPlaceholder("a"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_had_keeps_no_other_away()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.PutForeignAsync("a", "1");
        await mirror.PutForeignAsync("b", "22");
        await mirror.FillAsync("");
        await mirror.PutForeignAsync("a", "another version");

        Assert.True(await mirror.Session.PrefetchAsync());

        Assert.Equal((true, false), (mirror.IsPlaceholder("a"), mirror.IsPlaceholder("b")));
    }

    [Fact]
    public async Task While_the_store_is_away_it_says_that_there_is_more()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.PutForeignAsync("a", "1");
        await mirror.FillAsync("");
        mirror.Store.IsDown = true;

        Assert.False(await mirror.Session.PrefetchAsync());
    }

    [Fact]
    public async Task What_a_white_list_leaves_outside_is_not_brought_in()
    {
        await using TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.PutForeignAsync("other/a", "1");
        await mirror.PutForeignAsync("src/a", "1");
        await mirror.FillAsync("other");
        await mirror.RemountAsync(WhiteListTests.Only(new WhiteList("/src")));

        Assert.True(await mirror.Session.PrefetchAsync());

        Assert.Equal((true, false), (mirror.IsPlaceholder("other/a"), mirror.IsPlaceholder("src/a")));
    }
}
