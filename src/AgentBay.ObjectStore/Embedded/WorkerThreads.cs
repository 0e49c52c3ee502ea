using System.Collections.Concurrent;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// Threads for blocking file calls. The thread pool would not do: it begins with a thread a core and adds slowly, so that fsyncs,
/// which the filesystem joins when they come together, would come one after the other.
/// </summary>
internal sealed class WorkerThreads(int limit) : IDisposable
{
    private readonly BlockingCollection<Func<Action>> queue = [];
    private readonly Lock guard = new();
    private int threads;

    /// <summary>Work that is queued or running. INVARIANT: there are as many threads, or <c>limit</c>: work may wait for work.</summary>
    private int pending;

    internal Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        AddThreadIfNeeded();
        queue.Add(() =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return () => done.SetCanceled(cancellationToken);
            }

            try
            {
                T result = work();
                return () => done.SetResult(result);
            }
            catch (Exception e)
            {
                return () => done.SetException(e);
            }
        }, CancellationToken.None);
        return done.Task;
    }

    /// <summary>Threads end when the queue is empty; nothing new may come.</summary>
    public void Dispose() => queue.CompleteAdding();

    private void AddThreadIfNeeded()
    {
        lock (guard)
        {
            pending++;
            if (threads == limit || threads >= pending)
            {
                return;
            }

            threads++;
        }

        new Thread(Run) { IsBackground = true, Name = "embedded store" }.Start();
    }

    private void Run()
    {
        foreach (var work in queue.GetConsumingEnumerable())
        {
            Action tell = work();
            lock (guard)
            {
                pending--;
            }

            // After it counts no longer: else one who calls again and again would be given thread after thread.
            tell();
        }
    }
}
