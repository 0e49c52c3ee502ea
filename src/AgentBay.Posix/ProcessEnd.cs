using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

/// <summary>
/// The end of another process, which comes after the end of its connections: the kernel closes its files one after the other, and until the
/// last is closed their disk cannot be unmounted.
/// </summary>
public sealed class ProcessEnd : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    private readonly SafeFileHandle? process;

    private ProcessEnd(SafeFileHandle? process) => this.process = process;

    /// <param name="pid">Null, one that has ended, or on a system that cannot tell (Linux before 5.3, old containers): there is nothing to wait for.</param>
    public static ProcessEnd Of(int? pid) =>
        new(pid is { } number && Syscall.OpenProcess(number, out SafeFileHandle process) == Errno.OK ? process : null);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (process is not null && !HasEnded())
        {
            await Task.Delay(Glance, cancellationToken);
        }
    }

    public void Dispose() => process?.Dispose();

    private bool HasEnded()
    {
        Errno error = Syscall.HasEnded(process!, out bool hasEnded);
        return error is Errno.OK or Errno.EINTR ? hasEnded : throw new PosixException(error, "poll");
    }
}
