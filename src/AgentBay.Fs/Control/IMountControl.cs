using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>What may be asked of a mount from outside. All members may be called from any thread at once.</summary>
public interface IMountControl
{
    MountInfo Info { get; }

    MountStatus Status { get; }

    /// <summary>Of the work that runs now, whoever asked for it.</summary>
    WorkProgress Progress { get; }

    /// <summary>The last transfer of each type that was asked for.</summary>
    IReadOnlyList<SyncTask> Tasks { get; }

    /// <summary>It is among <see cref="Tasks"/> when this returns its task.</summary>
    /// <exception cref="FsException">It failed; nothing is lost, the message says why.</exception>
    Task<FlushReport> SyncAsync(SyncMode mode, CancellationToken cancellationToken);

    /// <returns>Null when there is no such path.</returns>
    PathStatus? Look(TreePath path);

    /// <summary>Whether a path, there or not, is synced, and what decides it.</summary>
    (bool IsSynced, IReadOnlyList<string> Rules) Explain(TreePath path);

    /// <summary>All of the context.</summary>
    Task<IReadOnlyList<ConflictCopy>> FindConflictsAsync(CancellationToken cancellationToken);

    /// <summary>Somebody knows of the failure of this path: it holds nothing up any more.</summary>
    /// <returns>False: it has not failed.</returns>
    bool Acknowledge(TreePath path);

    /// <summary>Flushes while mounted, unmounts, flushes the rest. A call during another one joins it, and can only hurry it.</summary>
    Task<UnmountResult> UnmountAsync(UnmountOptions options);
}
