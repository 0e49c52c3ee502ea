using System.Runtime.InteropServices;
using AgentBay.Fs.Control;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Daemon;

/// <summary>
/// SIGTERM and SIGINT end a mount: it is flushed, detached even when programs use it, and drained. A second one ends the waiting for
/// the store; what is pending stays in the mirror. SIGHUP (the terminal went away) is ignored.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    private readonly CancellationTokenSource starting = new();
    private readonly PosixSignalRegistration[] registrations;
    private volatile IMountControl? control;
    private ILogger? logger;
    private int received;

    internal EndSignals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, End),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, End),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, End),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true),
    ];

    /// <summary>Cancelled by a signal that comes before there is a mount.</summary>
    internal CancellationToken Starting => starting.Token;

    /// <summary>From here a signal ends this mount.</summary>
    internal void EndWith(IMountControl mount, ILogger log)
    {
        logger = log;
        control = mount;
        if (received > 0)
        {
            _ = mount.UnmountAsync(new UnmountOptions(null, Force: true));
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }

        starting.Dispose();
    }

    private void End(PosixSignalContext context)
    {
        context.Cancel = true;
        bool again = Interlocked.Increment(ref received) > 1;
        if (control is not { } mount)
        {
            starting.Cancel();
            return;
        }

        Log.Signal(logger!, context.Signal, again);
        _ = mount.UnmountAsync(new UnmountOptions(again ? TimeSpan.Zero : null, Force: true));
    }
}
