namespace AgentBay.Testing;

/// <summary>A clock that moves only when told. Timers fire on the thread that moves it.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock guard = new();
    private readonly List<ManualTimer> timers = [];
    private readonly List<TimeSpan> pauses = [];
    private TimeSpan jumped;
    private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When true, the clock jumps to a timer's time as soon as it is set: pauses take no time, deadlines never come first. A periodic timer is no pause.</summary>
    public bool SkipsPauses { get; init; }

    /// <summary>Timers longer than this are deadlines, which <see cref="SkipsPauses"/> leaves alone.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The pauses that were skipped, in order.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (guard)
            {
                return [.. pauses];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard)
        {
            return now + jumped;
        }
    }

    public override long GetTimestamp()
    {
        lock (guard)
        {
            return now.Ticks;
        }
    }

    public void Advance(TimeSpan time)
    {
        DateTimeOffset until = new DateTimeOffset(GetTimestamp(), TimeSpan.Zero) + time;
        while (true)
        {
            ManualTimer? due;
            lock (guard)
            {
                due = timers.Where(t => t.Due <= until).MinBy(t => t.Due);
                DateTimeOffset to = due?.Due ?? until;
                now = to > now ? to : now; // A pause that was skipped meanwhile may have gone further.
                due?.NextOrGone();
            }

            if (due == null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>The wall clock is set; timers and elapsed times do not notice.</summary>
    public void JumpTo(DateTimeOffset time)
    {
        lock (guard)
        {
            jumped = time - now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        _ = timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTime clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        internal DateTimeOffset Due { get; private set; }

        /// <summary>Under the clock's guard.</summary>
        internal void NextOrGone()
        {
            if (period > TimeSpan.Zero)
            {
                Due += period;
            }
            else
            {
                _ = clock.timers.Remove(this);
            }
        }

        internal void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.guard)
            {
                this.period = period;
                _ = clock.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                if (!clock.SkipsPauses || period > TimeSpan.Zero || dueTime > clock.LongestPause)
                {
                    Due = clock.now + dueTime;
                    clock.timers.Add(this);
                    return true;
                }

                clock.now += dueTime;
                clock.pauses.Add(dueTime);
            }

            _ = ThreadPool.UnsafeQueueUserWorkItem(static t => t.Fire(), this, preferLocal: false);
            return true;
        }

        public void Dispose()
        {
            lock (clock.guard)
            {
                _ = clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
