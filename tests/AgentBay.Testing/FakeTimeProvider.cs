namespace AgentBay.Testing;

/// <summary>Time that moves only when <see cref="Advance"/> says so; timers (and <c>Task.Delay(…, time)</c>) fire within it, in order.</summary>
public sealed class FakeTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private readonly DateTimeOffset start = start ?? new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private TimeSpan elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => start + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    private TimeSpan Elapsed
    {
        get
        {
            lock (gate)
            {
                return elapsed;
            }
        }
    }

    /// <summary>Fires what falls due on the way, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan end = Elapsed + by;
        while (NextDue(end) is { } timer)
        {
            timer.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        _ = timer.Change(dueTime, period);
        return timer;
    }

    private Timer? NextDue(TimeSpan end)
    {
        lock (gate)
        {
            Timer? next = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            elapsed = next?.Due ?? end;
            next?.Rearm();
            return next;
        }
    }

    private sealed class Timer(FakeTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                _ = time.timers.Remove(this);
                this.period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time.elapsed + dueTime;
                    time.timers.Add(this);
                }
            }

            return true;
        }

        public void Rearm()
        {
            _ = time.timers.Remove(this);
            if (period > TimeSpan.Zero)
            {
                Due += period;
                time.timers.Add(this);
            }
        }

        public void Fire() => callback(state);

        public void Dispose() => _ = Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
