namespace AgentBay.Fs.Control;

/// <summary>How to end a mount.</summary>
/// <param name="Deadline">How long to wait for the store; then what remains stays in the mirror. Null waits as long as it takes.</param>
/// <param name="Force">Where programs still use the mount, it is detached from the tree all the same.</param>
/// <param name="Sync">Uploads also where the mount does not do that by itself.</param>
public readonly record struct UnmountOptions(TimeSpan? Deadline, bool Force, bool Sync = false)
{
    /// <summary>Unmounts first, and brings what is pending to the store afterwards: for who does not wait for the store.</summary>
    public bool DrainLater { get; init; }
}
