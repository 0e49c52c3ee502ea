using AgentBay.Fs.Control;
using AgentBay.Sdk.Mounting;

namespace AgentBay.Sdk;

/// <summary>Syncs the contexts of a session, and says how that goes.</summary>
public sealed class SessionContext
{
    private readonly MountedContexts mounts;
    private readonly ServiceCalls calls;

    internal SessionContext(MountedContexts mounts, ServiceCalls calls) => (this.mounts, this.calls) = (mounts, calls);

    /// <summary>Returns when it is done: uploaded, everything that was written before is in the store; downloaded, the folder shows what is in the store.</summary>
    /// <param name="contextId">Null: of all contexts.</param>
    /// <param name="path">A folder of the session, or something in it, whose whole folder is synced; null: all folders.</param>
    public Task<ContextSyncResult> SyncAsync(string? contextId = null, string? path = null, SyncMode mode = SyncMode.Upload, CancellationToken cancellationToken = default) =>
        calls.RunAsync("SyncContext", async () =>
        {
            await mounts.Select(contextId, path).ForEachAsync(mount => mount.SyncAsync(mode, cancellationToken));
            return new ContextSyncResult();
        });

    /// <summary>The last transfer of each context and type. A transfer is here from the moment on in which it is asked for.</summary>
    /// <param name="contextId">Null: of all contexts.</param>
    /// <param name="path">A folder of the session, or something in it; null: all folders.</param>
    /// <param name="taskType">Null: both.</param>
    public Task<ContextInfoResult> InfoAsync(string? contextId = null, string? path = null, SyncMode? taskType = null, CancellationToken cancellationToken = default) =>
        calls.RunAsync("GetContextInfo", async () =>
        {
            List<ContextStatusData> rows = [];
            await mounts.Select(contextId, path).ForEachAsync(async mount => rows.AddRange(await mount.TasksAsync(cancellationToken)));
            return new ContextInfoResult { ContextStatusData = [.. rows.Where(row => taskType is null || row.TaskType == taskType)] };
        });
}
