using AgentBay.Fs.Contexts;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>The background flush: some seconds after the last change, at the latest after some times that; and the watch over mapped files.</summary>
/// <param name="ended">Told of each flush when it began, and its error if there was one.</param>
internal sealed class WriteBackLoop(OpenMirror mirror, SyncEngine engine, Action<DateTimeOffset, Exception?> ended)
{
    private const int LongestWaitInDelays = 6;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ContextInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StaleUploadsInterval = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Lock gate = new();
    private long first, last;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        mirror.Journal.Changed += Noted;
        engine.Healed += Noted;
        Noted();
        List<Task> parts = [WatchMapsAsync(end.Token), WatchContextAsync(end.Token)];
        if (!mirror.Options.ReadOnly)
        {
            parts.Add(AbortStaleUploadsAsync(end.Token));
        }

        if (mirror.Options.WriteBack is { } delay)
        {
            parts.AddRange([FlushWhenQuietAsync(delay, end.Token), FlushOpenFilesAsync(end.Token), TryFailedAgainAsync(end.Token)]);
        }

        try
        {
            await await Task.WhenAny(parts); // None ends by itself: the first that does has failed.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            mirror.Journal.Changed -= Noted;
            engine.Healed -= Noted;
            await end.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What a kill in the middle of a large file's upload left in the store is seen nowhere, and is paid for.</summary>
    private async Task AbortStaleUploadsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(StaleUploadsInterval, mirror.Options.Time);
        do
        {
            try
            {
                if (!mirror.Store.Properties.ListsUploads)
                {
                    await StaleUploads.AbortByRuleAsync(mirror.Store, CatalogKeys.Contexts, StaleUploads.Age, cancellationToken);
                }
                else if (await StaleUploads.AbortAsync(mirror.Store, mirror.Keys.Prefix, StaleUploads.Age, mirror.Options.Time, cancellationToken) is > 0 and int count)
                {
                    Log.StaleUploadsAborted(mirror.Logger, count);
                }
            }
            catch (StoreException error)
            {
                Log.StaleUploadsStay(mirror.Logger, error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task FlushWhenQuietAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        TimeSpan pause = delay;
        while (true)
        {
            await wake.WaitAsync(cancellationToken);
            await QuietAsync(delay, cancellationToken);
            DateTimeOffset began = mirror.Options.Time.GetUtcNow();
            if (mirror.Journal.Count == 0)
            {
                ended(began, null); // What had failed here, an fsync or a sync has stored.
                continue;
            }

            Round round;
            try
            {
                round = await engine.FullRoundAsync(includeOpenFiles: false, new Counter(null), cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.FlushFailed(mirror.Logger, error);
                round = new Round(0, 0, error, true);
            }

            ended(began, round.Error);
            if (round.Transient)
            {
                pause = TimeSpan.FromTicks(Math.Min(Math.Max(pause.Ticks, TimeSpan.TicksPerSecond) * 2, LongestPause.Ticks));
                await Task.Delay(pause, mirror.Options.Time, cancellationToken);
                Noted();
            }
            else
            {
                pause = delay;
            }
        }
    }

    /// <summary>What fails for good holds nothing else up, and may be mended in the store.</summary>
    private async Task TryFailedAgainAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LongestPause, mirror.Options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (engine.HasFailed)
            {
                Noted();
            }
        }
    }

    private async Task QuietAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (gate)
            {
                TimeSpan sinceFirst = mirror.Options.Time.GetElapsedTime(first);
                TimeSpan sinceLast = mirror.Options.Time.GetElapsedTime(last);
                wait = sinceFirst >= delay * LongestWaitInDelays ? TimeSpan.Zero : delay - sinceLast;
                if (wait <= TimeSpan.Zero)
                {
                    first = 0;
                    return;
                }
            }

            await Task.Delay(wait, mirror.Options.Time, cancellationToken);
        }
    }

    /// <summary>A program may keep a file open for days.</summary>
    private async Task FlushOpenFilesAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(mirror.Options.OpenFilesInterval, mirror.Options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await engine.FlushOpenFilesAsync(cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.FlushFailed(mirror.Logger, error);
            }
        }
    }

    private async Task WatchMapsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WatchInterval, mirror.Options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (OpenWriter writer in mirror.Journal.Writers())
            {
                if (writer.OnlyMapped && (mirror.Files.TryStat(writer.Path) is not { } entry || entry.Identity.Inode != writer.Inode || !mirror.Files.HasWriters(writer.Path, entry.Identity)))
                {
                    mirror.Journal.WriterGone(writer.Inode);
                    mirror.Journal.DataChanged(writer.Path, writer.Inode);
                }
            }
        }
    }

    private async Task WatchContextAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ContextInterval, mirror.Options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await engine.WatchContextAsync(cancellationToken);
        }
    }

    private void Noted()
    {
        lock (gate)
        {
            last = mirror.Options.Time.GetTimestamp();
            if (first == 0)
            {
                first = last;
            }

            if (wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
    }
}
