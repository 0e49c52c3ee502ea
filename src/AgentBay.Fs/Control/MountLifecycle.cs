using AgentBay.Fs.Sync;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Control;

/// <summary>
/// A mount from its first answer to its end: background work, and then, once, flush while mounted, unmount, flush the rest.
/// The end comes by request, by a signal or from the kernel; all three go the same way.
/// </summary>
public sealed class MountLifecycle : IMountControl, IDisposable
{
    private static readonly TimeSpan ForcedWait = TimeSpan.FromSeconds(10);

    private readonly ISyncSession session;
    private readonly IHostMount host;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly TaskCompletionSource<FlushReport> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource deadline;
    private DateTimeOffset deadlineAt = DateTimeOffset.MaxValue;
    private Task<UnmountResult>? unmounting;
    private volatile bool force;
    private volatile bool sync;
    private volatile MountState state;
    private FlushProgress progress;
    private readonly SyncTasks tasks;

    public MountLifecycle(ISyncSession session, IHostMount host, MountInfo info, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(session);
        (this.session, this.host, this.logger, this.time) = (session, host, logger, time);
        Info = info;
        deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        tasks = new SyncTasks(info, time, session);
        session.WroteBack += (began, error) => tasks.NoteBackground(began, error?.Message);
    }

    public MountInfo Info { get; }

    public IReadOnlyList<SyncTask> Tasks => tasks.All;

    public MountStatus Status
    {
        get
        {
            SyncStatus now = session.Status;
            return new MountStatus(Info, state, now.PendingFiles, now.PendingBytes, now.LastError)
            {
                Failed = [.. now.Failed.Take(MountStatus.MaxFailed).Select(Remaining.From)],
                Errors = now.Failed.Count,
                BytesPerSecond = now.BytesPerSecond,
                CacheBytes = now.CacheBytes,
                CacheFree = now.CacheFree,
            };
        }
    }

    public WorkProgress Progress
    {
        get
        {
            lock (gate)
            {
                return new WorkProgress(state, progress, session.LastError);
            }
        }
    }

    public PathStatus? Look(TreePath path) => session.Look(path);

    public (bool IsSynced, IReadOnlyList<string> Rules) Explain(TreePath path) => session.Explain(path);

    public Task<IReadOnlyList<ConflictCopy>> FindConflictsAsync(CancellationToken cancellationToken) => session.FindConflictsAsync(cancellationToken);

    public bool Acknowledge(TreePath path) => session.Acknowledge(path);

    private bool Uploads => session.UploadsByItself || sync;

    /// <summary>Runs the mount to its end.</summary>
    /// <returns>What the last flush left in the mirror.</returns>
    /// <exception cref="Exception">A part of it broke: the mount is detached, the mirror keeps everything.</exception>
    public async Task<FlushReport> RunAsync()
    {
        using var background = new CancellationTokenSource();
        Task work = session.RunAsync(background.Token);
        try
        {
            Task first = await Task.WhenAny(work, host.Ended, ended.Task);
            if (first == host.Ended)
            {
                _ = UnmountAsync(default);
                first = await Task.WhenAny(work, ended.Task);
            }

            if (first == work)
            {
                await work;
                throw new InvalidOperationException("The background work ended by itself.");
            }

            FlushReport report = await ended.Task;
            if (host.Ended.IsFaulted)
            {
                await host.Ended; // It has drained as well as it can; now it may say what broke.
            }

            return report;
        }
        catch (Exception error)
        {
            Log.Broken(logger, error);
            _ = host.Unmount(lazy: true);
            throw;
        }
        finally
        {
            Enter(MountState.Ended);
            await background.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task<FlushReport> SyncAsync(SyncMode mode, CancellationToken cancellationToken) =>
        tasks.RunAsync(mode, () => mode == SyncMode.Download ? DownloadAsync(cancellationToken) : UploadAsync(cancellationToken));

    public Task<UnmountResult> UnmountAsync(UnmountOptions options)
    {
        lock (gate)
        {
            if (state == MountState.Ended)
            {
                return unmounting ?? Task.FromException<UnmountResult>(new FsException(FsError.ShuttingDown, "The mount has ended."));
            }

            force |= options.Force;
            sync |= options.Sync;
            if (options.Deadline is { } wait && time.GetUtcNow() + wait < deadlineAt)
            {
                deadlineAt = time.GetUtcNow() + wait;
                deadline.CancelAfter(wait);
            }

            return unmounting ??= EndAsync(options.DrainLater);
        }
    }

    public void Dispose()
    {
        Enter(MountState.Ended);
        deadline.Dispose();
    }

    // INVARIANT: Ended is the last state, and who holds the gate in another one may use the deadline: a signal can come at any time.
    private void Enter(MountState next)
    {
        lock (gate)
        {
            state = state == MountState.Ended ? state : next;
        }
    }

    private async Task<UnmountResult> EndAsync(bool drainLater)
    {
        await Task.Yield(); // The caller holds the gate.
        try
        {
            if (host.Ended.IsCompleted)
            {
                Log.EndedByKernel(logger);
            }
            else
            {
                if (Uploads && !drainLater)
                {
                    Enter(MountState.Flushing);
                    _ = await UploadAtEndAsync();
                }

                Enter(MountState.Unmounting);
                while (!host.Ended.IsCompleted && await TryUnmountAsync(force) is { } refused)
                {
                    if (TryStay(refused))
                    {
                        return new UnmountResult.Busy(refused.Users);
                    }
                }
            }

            Enter(MountState.Draining);
            FlushReport report = Uploads ? await UploadAtEndAsync() : await session.SurveyAsync(CancellationToken.None);
            Tell(report);
            _ = ended.TrySetResult(report);
            return new UnmountResult.Unmounted(report);
        }
        catch (Exception error)
        {
            _ = ended.TrySetException(error);
            throw;
        }
    }

    private async Task<Refusal?> TryUnmountAsync(bool insist)
    {
        if (host.Unmount(lazy: false) is not { } busy)
        {
            // What the kernel still held has arrived when it lets go of the device.
            // Where somebody detached it before, that is when its last user goes: who insists does not wait for that.
            await host.Ended.WaitAsync(insist ? ForcedWait : Timeout.InfiniteTimeSpan, time, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (!insist)
        {
            return new Refusal(busy, insist);
        }
        else if (host.Unmount(lazy: true) is { } stillBusy)
        {
            return new Refusal(stillBusy, insist);
        }

        Log.Unmounted(logger);
        return null;
    }

    /// <returns>False: somebody has joined since who insists, or the users are gone and so is the mount.</returns>
    private bool TryStay(Refusal refused)
    {
        lock (gate)
        {
            if ((force && !refused.Insisted) || host.Ended.IsCompleted)
            {
                return false;
            }

            unmounting = null;
            force = false;
            sync = false;
            deadlineAt = DateTimeOffset.MaxValue;
            deadline.Dispose();
            deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            Enter(MountState.Mounted);
        }

        Log.Busy(logger, refused.Users.Count);
        return true;
    }

    private async Task<FlushReport> DownloadAsync(CancellationToken cancellationToken)
    {
        await session.ConfirmContextAsync(cancellationToken);
        await session.DownloadAsync(cancellationToken);
        return new FlushReport(0, 0, []);
    }

    private async Task<FlushReport> UploadAsync(CancellationToken cancellationToken)
    {
        FlushReport report = await FlushAsync(cancellationToken);
        if (report.IsClean)
        {
            await session.ConfirmContextAsync(cancellationToken); // With nothing to write the flush had no reason to ask.
        }

        return report;
    }

    private Task<FlushReport> UploadAtEndAsync() => tasks.RunAsync(SyncMode.Upload, () => FlushAsync(deadline.Token));

    private async Task<FlushReport> FlushAsync(CancellationToken cancellationToken) =>
        await session.FlushAsync(new Latest(this), cancellationToken);

    private void Tell(FlushReport report)
    {
        if (report.IsClean)
        {
            Log.Drained(logger, report.FilesDone, report.BytesDone);
        }
        else if (report.IsByPolicy)
        {
            Log.LeftByPolicy(logger, report.Remaining.Count, report.Remaining.Sum(change => change.Bytes));
        }
        else
        {
            PendingChange first = report.Remaining[0];
            Log.Undrained(logger, report.Remaining.Count, report.Remaining.Sum(change => change.Bytes), first.Path.ToString(), first.Error ?? "not tried");
        }
    }

    private sealed record Refusal(IReadOnlyList<BusyProcess> Users, bool Insisted);

    /// <summary>Keeps the last report only, in the order in which they come.</summary>
    private sealed class Latest(MountLifecycle owner) : IProgress<FlushProgress>
    {
        public void Report(FlushProgress value)
        {
            lock (owner.gate)
            {
                owner.progress = value;
            }
        }
    }
}
