namespace AgentBay.Fs.Control;

/// <summary>A transfer: a row of the guide's <c>context.info()</c>. A new one takes the place of the old one of its path and type.</summary>
/// <param name="Path">The mount point.</param>
/// <param name="StartTime">When it was asked for.</param>
/// <param name="FinishTime">Null while it runs.</param>
/// <param name="ErrorMessage">Null unless it failed.</param>
public sealed record SyncTask(string ContextId, string Path, SyncMode TaskType, SyncTaskStatus Status, DateTimeOffset StartTime, DateTimeOffset? FinishTime = null, string? ErrorMessage = null);

/// <summary>How far a transfer is. Of these names only Success and Failed end one.</summary>
public enum SyncTaskStatus
{
    Pending,
    Success,
    Failed,
}
