namespace AgentBay.Fuse;

/// <summary>
/// The exchanges of a session: at most one for each reading thread and one for each request in flight.
/// Whoever wants one more waits, and then the kernel's queue waits too.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle is never asked for holds nothing that Dispose would free.
internal sealed class ExchangePool(int limit, int inputSize, int outputSize)
#pragma warning restore CA1001
{
    // What a burst of large requests needed is given back when it is over.
    private const int MostIdle = 32;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim available = new(limit);
    private readonly List<Exchange> all = [];
    private readonly Stack<Exchange> idle = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool closed;
    private bool noMoreRents;

    /// <summary>After <see cref="InterruptAll"/>: whatever still begins is born interrupted.</summary>
    internal bool IsClosed => closed;

    /// <summary>Completes when the pool is closed and every exchange is back.</summary>
    internal Task Drained => drained.Task;

    internal Exchange Rent()
    {
        available.Wait();
        lock (gate)
        {
            if (idle.TryPop(out var exchange))
            {
                return exchange;
            }

            exchange = new Exchange(inputSize, outputSize);
            all.Add(exchange);
            return exchange;
        }
    }

    internal void Return(Exchange exchange)
    {
        lock (gate)
        {
            if (idle.Count < MostIdle)
            {
                idle.Push(exchange);
            }
            else
            {
                all.Remove(exchange);
            }

            CheckDrained();
        }

        available.Release();
    }

    /// <returns>Who made a request; null when it has been answered.</returns>
    internal uint? CallerOf(ulong unique)
    {
        lock (gate)
        {
            return all.Select(exchange => exchange.CallerOf(unique)).FirstOrDefault(pid => pid is not null);
        }
    }

    /// <summary>Cancels the token of the request that <paramref name="unique"/> names.</summary>
    internal void Interrupt(ulong unique)
    {
        // Interrupts are rare and exchanges few: a scan costs the fast path nothing.
        lock (gate)
        {
            _ = all.Any(exchange => exchange.TryInterrupt(unique));
        }
    }

    /// <summary>Cancels every token: no answer can reach the kernel any more.</summary>
    internal void InterruptAll()
    {
        // INVARIANT: the flag comes first. A request that begins after the scan sees it; one that began before is found by the scan.
        closed = true;
        lock (gate)
        {
            foreach (var exchange in all)
            {
                exchange.TryInterrupt(null);
            }
        }
    }

    /// <summary>To be called when no thread rents any more.</summary>
    internal void Close()
    {
        InterruptAll();
        lock (gate)
        {
            noMoreRents = true;
            CheckDrained();
        }
    }

    private void CheckDrained()
    {
        if (noMoreRents && idle.Count == all.Count)
        {
            drained.TrySetResult();
        }
    }
}
