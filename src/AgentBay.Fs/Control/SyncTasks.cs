using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>
/// The transfers of one mount. Each is in it before the call that asked for it returns, so nobody takes an old success for its own. Those that nobody asked for
/// are: the download at the beginning, which goes as the mount's last look at the names in its root went, and an upload in the background that failed, until
/// nothing is left that failed.
/// </summary>
internal sealed class SyncTasks
{
    private const int MaxNamed = 3;

    private readonly MountInfo mount;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly SortedDictionary<SyncMode, SyncTask> latest = [];
    private readonly ISyncSession session;
    private readonly SyncTask firstDownload;
    private SyncTask? failedInBackground;

    public SyncTasks(MountInfo mount, TimeProvider time, ISyncSession session)
    {
        (this.mount, this.time, this.session) = (mount, time, session);
        firstDownload = New(SyncMode.Download, mount.StartedAt);
        if (session.DownloadsByItself)
        {
            latest[SyncMode.Download] = firstDownload;
        }
    }

    public IReadOnlyList<SyncTask> All
    {
        get
        {
            lock (gate)
            {
                return [.. latest.Values.Select(row => ReferenceEquals(row, firstDownload) && session.RootLook is { } look ? Ended(row, look.EndedAt, look.Error) : row)];
            }
        }
    }

    public SyncTask Begin(SyncMode type)
    {
        SyncTask task = New(type, time.GetUtcNow());
        lock (gate)
        {
            latest[type] = task;
        }

        return task;
    }

    /// <param name="error">Null when it succeeded.</param>
    public void End(SyncTask task, string? error)
    {
        lock (gate)
        {
            if (ReferenceEquals(latest[task.TaskType], task))
            {
                latest[task.TaskType] = Ended(task, time.GetUtcNow(), error);
            }
        }
    }

    /// <summary>The background flush that began then has ended. A transfer that somebody asked for and that still runs keeps its row.</summary>
    /// <param name="error">Null when it succeeded.</param>
    public void NoteBackground(DateTimeOffset began, string? error)
    {
        lock (gate)
        {
            SyncTask? row = latest.GetValueOrDefault(SyncMode.Upload);
            bool isOfBackground = row is not null && ReferenceEquals(row, failedInBackground);
            if (error is null ? isOfBackground : row is not { Status: SyncTaskStatus.Pending })
            {
                SyncTask task = Ended(New(SyncMode.Upload, began), time.GetUtcNow(), error);
                latest[SyncMode.Upload] = task;
                failedInBackground = error is null ? null : task;
            }
        }
    }

    public async Task<FlushReport> RunAsync(SyncMode type, Func<Task<FlushReport>> transfer)
    {
        SyncTask task = Begin(type);
        try
        {
            FlushReport report = await transfer();
            End(task, report.IsClean ? null : Describe(report.Remaining));
            return report;
        }
        catch (Exception error)
        {
            End(task, error.Message);
            throw;
        }
    }

    private static SyncTask Ended(SyncTask task, DateTimeOffset at, string? error) => task with
    {
        Status = error is null ? SyncTaskStatus.Success : SyncTaskStatus.Failed,
        FinishTime = at,
        ErrorMessage = error,
    };

    private SyncTask New(SyncMode type, DateTimeOffset start) => new(mount.ContextId, mount.MountPoint, type, SyncTaskStatus.Pending, start);

    private static string Describe(IReadOnlyList<PendingChange> remaining) =>
        (remaining.Count == 1 ? "1 change is" : $"{remaining.Count} changes are") + " not in the store: "
        + string.Join("; ", remaining.Take(MaxNamed).Select(change => change.Error is null ? change.Path.ToString() : $"{change.Path}: {change.Error}"))
        + (remaining.Count > MaxNamed ? "; …" : "");
}
