namespace AgentBay.Fs.Sync;

/// <summary>Bytes a second over the last seconds.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private const int Seconds = 10;

    private readonly Lock gate = new();
    private readonly long[] bytes = new long[Seconds];
    private readonly long start = time.GetTimestamp();
    private long newest;

    public void Add(long count)
    {
        lock (gate)
        {
            Turn();
            bytes[newest % Seconds] += count;
        }
    }

    public long BytesPerSecond
    {
        get
        {
            lock (gate)
            {
                Turn();
                return bytes.Sum() / Seconds;
            }
        }
    }

    /// <summary>Empties the seconds that have passed since the last call.</summary>
    private void Turn()
    {
        long now = (long)time.GetElapsedTime(start).TotalSeconds;
        for (long passed = Math.Max(newest + 1, now - Seconds + 1); passed <= now; passed++)
        {
            bytes[passed % Seconds] = 0;
        }

        newest = Math.Max(newest, now);
    }
}
