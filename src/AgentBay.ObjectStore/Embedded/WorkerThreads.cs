using System.Collections.Concurrent;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// Threads for blocking file calls. The thread pool would not do: it begins with a thread a core and adds slowly, so that fsyncs,
/// which the filesystem joins when they come together, would come one after the other.
/// </summary>
internal sealed class WorkerThreads(int limit) : IDisposable
{
    private readonly BlockingCollection<Action> queue = [];
    private readonly Lock guard = new();
    private int threads;
    private int idle;

    internal Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Add(() =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                done.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }, CancellationToken.None);
        AddThreadIfNeeded();
        return done.Task;
    }

    /// <summary>Threads end when the queue is empty; nothing new may come.</summary>
    public void Dispose() => queue.CompleteAdding();

    private void AddThreadIfNeeded()
    {
        lock (guard)
        {
            if (threads == limit || idle >= queue.Count)
            {
                return;
            }

            threads++;
        }

        new Thread(Run) { IsBackground = true, Name = "embedded store" }.Start();
    }

    private void Run()
    {
        while (true)
        {
            _ = Interlocked.Increment(ref idle);
            bool taken = queue.TryTake(out var work, Timeout.Infinite);
            _ = Interlocked.Decrement(ref idle);
            if (!taken)
            {
                return;
            }

            work!();
        }
    }
}
