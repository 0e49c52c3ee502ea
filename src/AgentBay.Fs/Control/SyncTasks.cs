using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>The transfers of one mount. Each is in it before the call that asked for it returns, so nobody takes an old success for its own.</summary>
internal sealed class SyncTasks(MountInfo mount, TimeProvider time)
{
    private const int MaxNamed = 3;

    private readonly Lock gate = new();
    private readonly SortedDictionary<SyncMode, SyncTask> latest = [];

    public IReadOnlyList<SyncTask> All
    {
        get
        {
            lock (gate)
            {
                return [.. latest.Values];
            }
        }
    }

    public SyncTask Begin(SyncMode type)
    {
        var task = new SyncTask(mount.ContextId, mount.MountPoint, type, SyncTaskStatus.Pending, time.GetUtcNow());
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
                latest[task.TaskType] = task with
                {
                    Status = error is null ? SyncTaskStatus.Success : SyncTaskStatus.Failed,
                    FinishTime = time.GetUtcNow(),
                    ErrorMessage = error,
                };
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

    private static string Describe(IReadOnlyList<PendingChange> remaining) =>
        (remaining.Count == 1 ? "1 change is" : $"{remaining.Count} changes are") + " not in the store: "
        + string.Join("; ", remaining.Take(MaxNamed).Select(change => change.Error is null ? change.Path.ToString() : $"{change.Path}: {change.Error}"))
        + (remaining.Count > MaxNamed ? "; …" : "");
}
