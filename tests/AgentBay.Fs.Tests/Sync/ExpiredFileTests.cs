using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>Files that expired in the store while a context is mounted here.</summary>
public class ExpiredFileTests
{
    [Fact]
    public async Task An_expired_file_goes_from_the_mount_and_is_not_stored_again()
    {
        var clock = new ManualTime();
        await using TestMirror mirror = await ExpiringAsync(clock);
        await mirror.WriteAsync("d/read", "read here");
        await mirror.WriteAsync("d/unread", "a placeholder");
        await mirror.WriteAsync("stays", "elsewhere");
        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();
        _ = await mirror.ReadAsync("d/read");
        clock.Advance(TimeSpan.FromDays(1));

        await mirror.Session.DownloadAsync(CancellationToken.None);

        Assert.DoesNotContain(await mirror.TreeAsync(), entry => entry.Key.StartsWith("d/", StringComparison.Ordinal));
        await mirror.FlushCleanAsync();
        Assert.DoesNotContain(mirror.Keys(), key => key is "d/read" or "d/unread");
        Assert.Equal("elsewhere", await mirror.ReadAsync("stays"));
    }

    [Fact]
    public async Task A_mount_of_later_does_not_have_it()
    {
        var clock = new ManualTime();
        await using TestMirror mirror = await ExpiringAsync(clock);
        await mirror.WriteAsync("d/a", "expires");
        await mirror.WriteAsync("stays", "x");
        await mirror.FlushCleanAsync();
        clock.Advance(TimeSpan.FromDays(1));

        await mirror.RemountAsync();

        Assert.DoesNotContain("d/a", (await mirror.TreeAsync()).Keys);
        await mirror.FlushCleanAsync();
        Assert.DoesNotContain("d/a", mirror.Keys());
    }

    [Fact]
    public async Task A_file_that_is_changed_after_it_expired_is_stored_as_a_new_one()
    {
        var clock = new ManualTime();
        await using TestMirror mirror = await ExpiringAsync(clock);
        await mirror.WriteAsync("d/a", "one");
        await mirror.FlushCleanAsync();
        clock.Advance(TimeSpan.FromDays(1));

        await mirror.AppendAsync("d/a", ", two");
        await mirror.FlushCleanAsync();

        Assert.Equal("one, two", await mirror.StoredAsync("d/a"));
        Assert.DoesNotContain(mirror.Keys(), key => key.Contains("conflict", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_everything_expires_the_mount_is_empty()
    {
        var clock = new ManualTime();
        await using TestMirror mirror = await ExpiringAsync(clock, "");
        await mirror.WriteAsync("a", "expires");
        await mirror.WriteAsync("d/b", "too");
        await mirror.FlushCleanAsync();
        clock.Advance(TimeSpan.FromDays(1));

        await mirror.RemountAsync();

        Assert.Empty(await mirror.TreeAsync());
        await mirror.FlushCleanAsync();
        Assert.Empty(mirror.Keys());
    }

    [Fact]
    public async Task It_goes_from_a_mount_that_nobody_asks()
    {
        var clock = new ManualTime();
        await using TestMirror mirror = await ExpiringAsync(clock);
        await mirror.WriteAsync("d/a", "expires");
        await mirror.WriteAsync("stays", "x");
        await mirror.FlushCleanAsync();
        await mirror.RemountAsync();
        _ = await mirror.TreeAsync();
        var gone = new TaskCompletionSource();
        mirror.Host.EntryChanged = path => _ = path.ToString() == "d/a" && gone.TrySetResult();
        using var end = new CancellationTokenSource();
        Task background = mirror.Session.RunAsync(end.Token);

        clock.Advance(TimeSpan.FromDays(1));
        mirror.Time.Advance(TimeSpan.FromHours(1));

        await gone.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Null(mirror.Stat("d/a"));
        await end.CancelAsync();
        await background;
    }

    private static async Task<TestMirror> ExpiringAsync(ManualTime clock, string folder = "d/")
    {
        var memory = new MemoryStore(time: clock);
        TestMirror mirror = await TestMirror.OpenAsync(memory: memory);
        await memory.SetExpiryRulesAsync("test-", [new ExpiryRule("test-1", TestMirror.Prefix + folder, 1)], CancellationToken.None);
        await mirror.MakeFolderAsync("d");
        return mirror;
    }
}
