namespace AgentBay.Fs.Sync;

/// <summary>One action at a time on a path or key; held across store calls.</summary>
public sealed class PathLocks
{
    private readonly Dictionary<string, Waiters> held = [];
    private readonly Lock gate = new();

    /// <summary>Takes several in one order, so that two callers never wait for each other.</summary>
    public async Task<IDisposable> EnterAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var taken = new Taken(this);
        try
        {
            foreach (string name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                SemaphoreSlim semaphore = Join(name);
                try
                {
                    await semaphore.WaitAsync(cancellationToken);
                }
                catch
                {
                    Leave(name, entered: false);
                    throw;
                }

                taken.Names.Add(name);
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private SemaphoreSlim Join(string name)
    {
        lock (gate)
        {
            if (!held.TryGetValue(name, out Waiters? waiters))
            {
                held[name] = waiters = new Waiters();
            }

            waiters.Count++;
            return waiters.Semaphore;
        }
    }

    private void Leave(string name, bool entered)
    {
        lock (gate)
        {
            Waiters waiters = held[name];
            if (entered)
            {
                waiters.Semaphore.Release();
            }

            if (--waiters.Count == 0)
            {
                held.Remove(name);
                waiters.Semaphore.Dispose();
            }
        }
    }

    private sealed class Waiters
    {
        internal SemaphoreSlim Semaphore { get; } = new(1, 1);
        internal int Count { get; set; }
    }

    private sealed class Taken(PathLocks owner) : IDisposable
    {
        internal List<string> Names { get; } = [];

        public void Dispose()
        {
            Names.ForEach(name => owner.Leave(name, entered: true));
            Names.Clear();
        }
    }
}
