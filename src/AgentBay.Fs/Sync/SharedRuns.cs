namespace AgentBay.Fs.Sync;

/// <summary>
/// Group commit: who asks for a thing while it is being done shares the next run with all others who wait. INVARIANT: a run begins after each
/// of those who share it asked.
/// </summary>
internal sealed class SharedRuns<TKey>
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Line> lines = [];

    /// <param name="run">Is cancelled when nobody waits for it any more.</param>
    /// <param name="cancellationToken">Ends this wait only.</param>
    public async Task<bool> JoinAsync(TKey key, Func<CancellationToken, Task<bool>> run, CancellationToken cancellationToken)
    {
        Run joined = Join(key, run, out Line? begun);
        if (begun is not null)
        {
            _ = DriveAsync(key, begun, joined);
        }

        try
        {
            return await joined.Done.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(joined);
        }
    }

    private Run Join(TKey key, Func<CancellationToken, Task<bool>> run, out Line? begun)
    {
        lock (gate)
        {
            begun = null;
            Run joined;
            if (lines.TryGetValue(key, out Line? line))
            {
                joined = line.Next is { Waiters: > 0 } next ? next : line.Next = new Run(run);
            }
            else
            {
                joined = new Run(run);
                lines[key] = begun = new Line();
            }

            joined.Waiters++;
            return joined;
        }
    }

    private void Leave(Run left)
    {
        lock (gate)
        {
            if (--left.Waiters > 0)
            {
                return;
            }
        }

        left.Abandoned.Cancel();
    }

    private async Task DriveAsync(TKey key, Line line, Run first)
    {
        for (Run? run = first; run is not null; run = Next(key, line))
        {
            try
            {
                run.Done.SetResult(await run.Work(run.Abandoned.Token));
            }
            catch (Exception error)
            {
                run.Done.SetException(error); // Each who waits gets it.
            }
        }
    }

    private Run? Next(TKey key, Line line)
    {
        lock (gate)
        {
            (Run? next, line.Next) = (line.Next, null);
            if (next is null)
            {
                lines.Remove(key);
            }

            return next;
        }
    }

    private sealed class Line
    {
        public Run? Next { get; set; }
    }

    private sealed class Run(Func<CancellationToken, Task<bool>> work)
    {
        public Func<CancellationToken, Task<bool>> Work { get; } = work;

        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Abandoned { get; } = new();

        public int Waiters { get; set; }
    }
}
