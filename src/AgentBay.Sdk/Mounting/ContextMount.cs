using AgentBay.Fs.Control;
using AgentBay.Posix;

namespace AgentBay.Sdk.Mounting;

/// <summary>A context that is mounted: what a session asks of the process that serves it.</summary>
internal sealed class ContextMount(ContextSync sync, string controlSocket, MountProgram program)
{
    private const int MaxNamed = 3;

    private readonly ContextSync sync = sync;
    private readonly string controlSocket = controlSocket;
    private readonly MountProgram program = program;

    internal string ContextId => sync.ContextId;

    internal string Path { get; } = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(sync.Path));

    internal bool Holds(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        return full == Path || full.StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    /// <exception cref="AgentBayException">It failed, or something is not in the store.</exception>
    internal async Task SyncAsync(SyncMode mode, CancellationToken cancellationToken)
    {
        await using ControlClient client = await ConnectAsync(cancellationToken);
        if (RemainderOf(Answer<ControlReply.Done>(await client.AskAsync(new ControlRequest.Sync(mode), cancellationToken)), "is tried again") is { } problem)
        {
            throw new AgentBayException(problem);
        }
    }

    internal async Task<IEnumerable<ContextStatusData>> TasksAsync(CancellationToken cancellationToken)
    {
        await using ControlClient client = await ConnectAsync(cancellationToken);
        return Answer<ControlReply.Tasks>(await client.AskAtOnceAsync(new ControlRequest.Tasks(), cancellationToken)).Rows.Select(row => new ContextStatusData
        {
            ContextId = row.ContextId,
            Path = sync.Path,
            TaskType = row.TaskType,
            Status = row.Status,
            StartTime = row.StartTime,
            FinishTime = row.FinishTime,
            ErrorMessage = row.ErrorMessage,
        });
    }

    /// <param name="waitForStore">Returns when everything is in the store; else when it is unmounted.</param>
    internal async Task<MountEnd> UnmountAsync(bool waitForStore, CancellationToken cancellationToken)
    {
        await using ControlClient? client = await ControlClient.TryConnectAsync(controlSocket, cancellationToken);
        if (client is null)
        {
            return await ClearDeadAsync(cancellationToken);
        }

        using var end = ProcessEnd.Of(client.ServerPid);
        var request = new ControlRequest.Unmount(DeadlineSeconds: null, Force: false, Upload: waitForStore) { DrainLater = !waitForStore };
        await foreach (ControlReply reply in client.SendAsync(request, cancellationToken))
        {
            switch (reply)
            {
                case ControlReply.Progress { State: MountState.Draining } when !waitForStore:
                    return new MountEnd(IsUnmounted: true);
                case ControlReply.Busy busy:
                    return new MountEnd(IsUnmounted: false, $"{sync.Path} is in use by {BusyProcess.Describe(busy.Processes)}: end it, then delete the session again.");
                case ControlReply.Done done:
                    await client.WaitForEndAsync(cancellationToken);
                    await end.WaitAsync(cancellationToken);
                    return new MountEnd(IsUnmounted: true, waitForStore ? RemainderOf(done, "stays on this machine for the next session here") : null);
                case ControlReply.Failed failed:
                    return new MountEnd(IsUnmounted: false, $"{sync.Path}: {failed.Message}");
            }
        }

        throw new IOException($"{sync.Path}: the mount's process gave no answer.");
    }

    /// <summary>The program takes the mount of a process that is gone out of the tree.</summary>
    private async Task<MountEnd> ClearDeadAsync(CancellationToken cancellationToken)
    {
        ProgramEnd end = await program.RunAsync(["unmount", sync.Path], cancellationToken);
        return new MountEnd(end.IsUnmounted || !IsMountPoint(), end.IsDone ? null : end.Message);
    }

    private bool IsMountPoint() => DriveInfo.GetDrives().Any(drive => drive.Name == Path);

    private async Task<ControlClient> ConnectAsync(CancellationToken cancellationToken) =>
        await ControlClient.TryConnectAsync(controlSocket, cancellationToken)
        ?? throw new AgentBayException($"The process that serves {sync.Path} is gone. Nothing that was written is lost: delete the session and make a new one.");

    private T Answer<T>(ControlReply reply)
        where T : ControlReply => reply switch
        {
            T wanted => wanted,
            ControlReply.Failed failed => throw new AgentBayException($"{sync.Path}: {failed.Message}"),
            _ => throw new AgentBayException($"{sync.Path}: the mount's process speaks another version ({reply.GetType().Name})."),
        };

    private string? RemainderOf(ControlReply.Done done, string fate)
    {
        if (done.RemainingCount == 0)
        {
            return null;
        }

        string named = string.Join("; ", done.Remaining.Take(MaxNamed).Select(change => change.Error is null ? change.Path : $"{change.Path}: {change.Error}"));
        return $"{sync.Path}: what is not in the store {fate} ({done.RemainingCount} changes, {done.RemainingBytes} bytes): {named}{(done.RemainingCount > MaxNamed ? "; …" : "")}";
    }
}
