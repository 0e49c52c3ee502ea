namespace AgentBay.Fs.Control;

/// <summary>A context's place in the system's file tree, made by a host adapter.</summary>
public interface IHostMount
{
    /// <summary>Completes when the system has let go of the mount, whoever ended it; faults when it broke.</summary>
    Task Ended { get; }

    /// <summary>Takes the mount out of the tree.</summary>
    /// <param name="lazy">At once, although programs use it: they keep what they have open.</param>
    /// <returns>The processes that keep it from ending; null when it is unmounted.</returns>
    IReadOnlyList<BusyProcess>? Unmount(bool lazy);
}
