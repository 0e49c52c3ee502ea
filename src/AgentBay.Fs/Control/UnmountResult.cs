using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>How an unmount went.</summary>
public abstract record UnmountResult
{
    private UnmountResult()
    {
    }

    /// <summary>It is unmounted; the report says what is left in the mirror.</summary>
    public sealed record Unmounted(FlushReport Report) : UnmountResult;

    /// <summary>It is still mounted: programs use it.</summary>
    public sealed record Busy(IReadOnlyList<BusyProcess> Processes) : UnmountResult;
}
