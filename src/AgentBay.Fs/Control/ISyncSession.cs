using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>The part of a <see cref="MountSession"/> that a mount's life turns on.</summary>
public interface ISyncSession
{
    SyncStatus Status { get; }

    /// <summary>False: only a flush that was asked for uploads anything, and the end of the mount is none.</summary>
    bool UploadsByItself { get; }

    /// <summary>What the store has is shown from the beginning; else only when it is asked for.</summary>
    bool DownloadsByItself { get; }

    /// <summary>Where it <see cref="DownloadsByItself"/>, how that went. Null: it has not ended.</summary>
    RootLook? RootLook { get; }

    /// <summary>A pass of the background uploads has ended, which began then: without an error (null), or with that of the first path that failed.</summary>
    event Action<DateTimeOffset, Exception?>? WroteBack;

    /// <summary>Of <see cref="Status"/>, without the cost of the rest.</summary>
    string? LastError { get; }

    /// <returns>Null when there is no such path.</returns>
    PathStatus? Look(TreePath path);

    (bool IsSynced, IReadOnlyList<string> Rules) Explain(TreePath path);

    Task<IReadOnlyList<ConflictCopy>> FindConflictsAsync(CancellationToken cancellationToken);

    /// <returns>False: the path has not failed.</returns>
    bool Acknowledge(TreePath path);

    Task RunAsync(CancellationToken cancellationToken);

    Task<FlushReport> FlushAsync(IProgress<FlushProgress>? progress, CancellationToken cancellationToken);

    /// <summary>What a flush would upload; uploads nothing.</summary>
    Task<FlushReport> SurveyAsync(CancellationToken cancellationToken);

    /// <exception cref="FsException">The context was cleared or deleted elsewhere. A store that does not say is no reason.</exception>
    Task ConfirmContextAsync(CancellationToken cancellationToken);

    Task DownloadAsync(CancellationToken cancellationToken);
}
