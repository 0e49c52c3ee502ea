using AgentBay.Fs.Control;

namespace AgentBay.Mount.Output;

/// <summary>A row of <c>info --json</c>: names and values are those of the SDKs.</summary>
/// <param name="TaskType">upload or download.</param>
/// <param name="Status">Pending, Success or Failed.</param>
internal sealed record TaskReport(string ContextId, string Path, string TaskType, string Status, DateTimeOffset StartTime, DateTimeOffset? FinishTime, string? ErrorMessage)
{
    internal static TaskReport From(SyncTask task) =>
        new(task.ContextId, task.Path, task.TaskType.ToString().ToLowerInvariant(), task.Status.ToString(), task.StartTime, task.FinishTime, task.ErrorMessage);
}
