using AgentBay.Fs.Control;

namespace AgentBay.Fs.Tests.Control;

/// <summary>A mount point without a kernel.</summary>
internal sealed class FakeHost : IHostMount
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<BusyProcess>? Users { get; set; }

    /// <summary>Not even detaching works.</summary>
    public bool RefusesLazy { get; set; }

    public Action? OnUnmount { get; set; }

    public List<bool> Unmounts { get; } = [];

    public Task Ended => ended.Task;

    public IReadOnlyList<BusyProcess>? Unmount(bool lazy)
    {
        Unmounts.Add(lazy);
        OnUnmount?.Invoke();
        if ((!lazy || RefusesLazy) && Users is not null)
        {
            return Users;
        }

        _ = ended.TrySetResult();
        return null;
    }

    public void EndByKernel() => ended.SetResult();
}
