using System.Collections.Concurrent;
using System.Diagnostics;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>What a mount does by itself.</summary>
public sealed class WriteBackLoopTests
{
    /// <summary>Twice and four times that are no other timer's.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task What_was_written_goes_up_by_itself()
    {
        await using Running running = await Running.StartAsync(new ManualTime());
        await running.Mirror.WriteAsync("a", "one");

        await running.UntilAsync(() => running.IsStoredAsync("a", "one"));
    }

    [Fact]
    public async Task A_file_that_stays_open_goes_up_again_and_again()
    {
        await using Running running = await Running.StartAsync(new ManualTime());
        await running.Mirror.WriteAsync("a", "one");
        await running.UntilAsync(() => running.IsStoredAsync("a", "one"));
        using TestMirror.Writing open = running.Mirror.BeginWriting("a");
        running.Mirror.WriteUnseen("a", ", two", 3);

        await running.UntilAsync(() => running.IsStoredAsync("a", "one, two"));
        running.Mirror.WriteUnseen("a", ", three", 8);
        await running.UntilAsync(() => running.IsStoredAsync("a", "one, two, three"));
    }

    [Fact]
    public async Task What_fails_for_good_slows_no_other_and_is_tried_again()
    {
        await using Running running = await Running.StartAsync(new ManualTime { SkipsPauses = true, LongestPause = Delay * 8 });
        running.Mirror.Store.BeforeCall = (call, _) => call.Call == StoreCall.Put ? Task.FromException(new StoreException(StoreErrorKind.AccessDenied, "denied")) : Task.CompletedTask;
        await running.Mirror.WriteAsync("refused", "refused at first");
        await running.UntilAsync(() => Task.FromResult(running.Mirror.Session.Status.Failed.Count == 1));
        running.Mirror.Store.BeforeCall = null;
        await running.Mirror.WriteAsync("good", "good");
        await running.UntilAsync(() => running.IsStoredAsync("good", "good"));

        await running.UntilAsync(() => running.IsStoredAsync("refused", "refused at first"));
        Assert.DoesNotContain(Delay * 2, running.Mirror.Time.Pauses);
    }

    [Fact]
    public async Task While_the_store_is_away_the_pauses_grow()
    {
        await using Running running = await Running.StartAsync(new ManualTime { SkipsPauses = true, LongestPause = Delay * 8 });
        running.Mirror.Store.Fail(StoreCall.Put, 1);
        running.Mirror.Store.Fail(StoreCall.Put, 2);

        await running.Mirror.WriteAsync("a", "one");
        await running.UntilAsync(() => running.IsStoredAsync("a", "one"));

        Assert.Contains(Delay * 2, running.Mirror.Time.Pauses);
        Assert.Contains(Delay * 4, running.Mirror.Time.Pauses);
    }

    [Fact]
    public async Task A_failure_that_an_fsync_heals_is_told_as_one_that_is_gone()
    {
        await using Running running = await Running.StartAsync(new ManualTime());
        var told = new ConcurrentQueue<Exception?>();
        running.Mirror.Session.WroteBack += (_, error) => told.Enqueue(error);
        running.Mirror.Store.BeforeCall = (call, _) => call.Call == StoreCall.Put ? Task.FromException(new StoreException(StoreErrorKind.AccessDenied, "denied")) : Task.CompletedTask;
        await running.Mirror.WriteAsync("a", "one");
        await running.UntilAsync(() => Task.FromResult(told.LastOrDefault() is not null));
        running.Mirror.Store.BeforeCall = null;

        Assert.True(await running.Mirror.FsyncAsync("a"));

        await running.UntilAsync(() => Task.FromResult(told.Last() is null));
    }

    [Fact]
    public async Task A_mount_looks_into_the_store_also_when_nobody_looks_into_the_mount()
    {
        await using Running running = await Running.StartAsync(new ManualTime());

        await Eventually.HappensAsync(() => Task.FromResult(running.Mirror.Session.RootLook is { Error: null }), TestContext.Current.CancellationToken);
    }

    /// <summary>A session with its background work.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private const int MostSteps = 2000;

        private static readonly TimeSpan Step = TimeSpan.FromSeconds(20);

        private readonly CancellationTokenSource end = new();
        private Task background = Task.CompletedTask;

        internal required TestMirror Mirror { get; init; }

        internal static async Task<Running> StartAsync(ManualTime time)
        {
            var running = new Running { Mirror = await TestMirror.OpenAsync(new MountSessionOptions { Time = time }) };
            await running.Mirror.RemountAsync(_ => { }, options => options with { WriteBack = Delay });
            running.background = running.Mirror.Session.RunAsync(running.end.Token);
            return running;
        }

        internal async Task<bool> IsStoredAsync(string path, string content) => await Mirror.StoredAsync(path) == content;

        /// <summary>Moves the clock until it has happened, or for so many steps; the session's work needs moments of its own in between, and time after them where the disk is slow.</summary>
        internal async Task UntilAsync(Func<Task<bool>> happens)
        {
            long began = Stopwatch.GetTimestamp();
            for (int step = 0; !await happens(); step++)
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < Eventually.Limit, "It does not happen.");
                Mirror.Time.Advance(step < MostSteps ? Step : TimeSpan.Zero);
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await background;
            await Mirror.DisposeAsync();
            end.Dispose();
        }
    }
}
