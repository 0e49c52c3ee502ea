using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Control;

/// <summary>A session whose flushes wait for the test.</summary>
internal sealed class FakeSession : ISyncSession
{
    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Each flush asks this; by default the store takes everything at once.</summary>
    public Func<IProgress<FlushProgress>?, CancellationToken, Task<FlushReport>> OnFlush { get; set; } = (_, _) => Task.FromResult(Clean);

    public static FlushReport Clean { get; } = new(0, 0, []);

    public int Flushes { get; private set; }

    public int Downloads { get; private set; }

    public bool UploadsByItself { get; set; } = true;

    public bool DownloadsByItself { get; set; }

    public RootLook? RootLook { get; set; }

    public event Action<DateTimeOffset, Exception?>? WroteBack;

    public int Surveys { get; private set; }

    public FlushReport Survey { get; set; } = Clean;

    /// <summary>What every question is answered with, if anything.</summary>
    public Exception? Fault { get; set; }

    public SyncStatus Status
    {
        get => Fault is null ? field : throw Fault;
        set;
    } = new(0, 0, null, []);

    public string? LastError => Status.LastError;

    public Dictionary<TreePath, PathStatus> Paths { get; } = [];

    public PathStatus? Look(TreePath path) => Fault is not null ? throw Fault : Paths.GetValueOrDefault(path);

    public (bool IsSynced, IReadOnlyList<string> Rules) Explain(TreePath path) => Fault is not null ? throw Fault : (true, ["everything is"]);

    public Task<IReadOnlyList<ConflictCopy>> FindConflictsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ConflictCopy>>([]);

    public bool Acknowledge(TreePath path) => Fault is not null ? throw Fault : Paths.Remove(path);

    public async Task RunAsync(CancellationToken cancellationToken) => await broken.Task.WaitAsync(cancellationToken);

    public Task<FlushReport> FlushAsync(IProgress<FlushProgress>? progress, CancellationToken cancellationToken)
    {
        Flushes++;
        return OnFlush(progress, cancellationToken);
    }

    public Task<FlushReport> SurveyAsync(CancellationToken cancellationToken)
    {
        Surveys++;
        return Task.FromResult(Survey);
    }

    public Task ConfirmContextAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DownloadAsync(CancellationToken cancellationToken)
    {
        Downloads++;
        return Task.CompletedTask;
    }

    public void EndBackgroundFlush(DateTimeOffset began, Exception? error) => WroteBack?.Invoke(began, error);

    public void Break(Exception error) => broken.SetException(error);

    /// <summary>A flush that the store never takes: only its deadline ends it.</summary>
    public static async Task<FlushReport> NeverAsync(CancellationToken deadline)
    {
        await Task.Delay(Timeout.Infinite, deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new FlushReport(0, 0, [new PendingChange(TreePath.Parse("a/b"), 7, "the store does not answer")]);
    }
}
