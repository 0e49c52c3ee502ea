namespace AgentBay.Fuse.Wire;

/// <summary>The protocol's pair of seconds and nanoseconds.</summary>
internal static class WireTime
{
    private const long Second = 1_000_000_000;

    /// <summary>Floors, so that a time before 1970 keeps a fraction that is not negative.</summary>
    internal static (long Seconds, uint Nanoseconds) Split(long ns)
    {
        long seconds = Math.DivRem(ns, Second, out long rest);
        return rest < 0 ? (seconds - 1, (uint)(rest + Second)) : (seconds, (uint)rest);
    }

    /// <summary>Saturates outside the years 1677 to 2262, and never gives the value that means "now".</summary>
    internal static long Join(long seconds, uint nanoseconds)
    {
        Int128 ns = ((Int128)seconds * Second) + nanoseconds;
        return (long)Int128.Clamp(ns, long.MinValue + 1, long.MaxValue);
    }

    /// <summary>A negative lifetime counts as zero.</summary>
    internal static (ulong Seconds, uint Nanoseconds) Lifetime(TimeSpan time)
    {
        long ticks = Math.Max(0, time.Ticks);
        return ((ulong)(ticks / TimeSpan.TicksPerSecond), (uint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
    }
}
