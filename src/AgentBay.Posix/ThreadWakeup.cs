using System.Runtime.InteropServices;

namespace AgentBay.Posix;

/// <summary>
/// Ends a blocking system call of one thread with EINTR, by a real-time signal whose handler does nothing.
/// A signal that arrives before the call blocks is lost: the caller sends it again until the thread has seen its flag.
/// </summary>
public sealed unsafe class ThreadWakeup
{
    // The runtime takes SIGRTMIN for itself; we take the other end of the range.
    private static readonly int Signal = Install();

    private readonly nuint thread;

    private ThreadWakeup(nuint thread) => this.thread = thread;

    /// <summary>For the calling thread, which must outlive the last <see cref="Send"/>.</summary>
    public static ThreadWakeup ForCurrentThread() => new(Native.ThreadSelf());

    public void Send() => _ = Native.ThreadKill(thread, Signal);

    private static int Install()
    {
        int signal = Native.LastRealtimeSignal() - 1;

        // The handler runs in signal context, where no managed code may run: abs(int) is native, reads its argument and returns.
        // No SA_RESTART, so the interrupted call answers EINTR.
        var action = new SignalAction { Handler = NativeLibrary.GetExport(NativeLibrary.Load("libc", typeof(Native).Assembly, null), "abs") };
        if (Native.SigAction(signal, &action, null) < 0)
        {
            throw new PosixException(Syscall.LastErrno(), "sigaction");
        }

        return signal;
    }
}
