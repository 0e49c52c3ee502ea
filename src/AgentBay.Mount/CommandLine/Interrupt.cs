using System.Runtime.InteropServices;

namespace AgentBay.Mount.CommandLine;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP (the terminal is closed) as a cancelled token, so that a command leaves nothing half done and can say what goes on without it.
/// A second one ends the process where the command cannot: it may be in a system call that waits.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    internal Interrupt() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel),
    ];

    internal CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private void Cancel(PosixSignalContext context)
    {
        context.Cancel = !source.IsCancellationRequested;
        source.Cancel();
    }
}
