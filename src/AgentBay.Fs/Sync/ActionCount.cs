namespace AgentBay.Fs.Sync;

/// <summary>One action in a <see cref="Counter"/>: its bytes count as the store acknowledges its parts, and again not at all when it fails.</summary>
/// <param name="expected">What the counter expects of it: a file that grows meanwhile counts for no more.</param>
internal sealed class ActionCount(Counter counter, long expected)
{
    private readonly Lock gate = new();
    private long stored;

    /// <summary>That many more are in the store, sent now or there before.</summary>
    public void Stored(long bytes)
    {
        lock (gate)
        {
            MoveTo(Math.Min(stored + bytes, expected));
        }
    }

    /// <summary>What was stored is of no use: it begins anew, or has failed.</summary>
    public void TakeBack()
    {
        lock (gate)
        {
            MoveTo(0);
        }
    }

    public void Done()
    {
        lock (gate)
        {
            counter.Add(1, expected - stored);
            stored = expected;
        }
    }

    private void MoveTo(long bytes)
    {
        if (bytes != stored)
        {
            counter.Add(0, bytes - stored);
            stored = bytes;
        }
    }
}
