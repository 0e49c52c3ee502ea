using System.Diagnostics;
using System.Text.Json;
using AgentBay.Fs.Policies;
using AgentBay.Mount.CommandLine;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.Daemon;

/// <summary>Starts this program again as the mount's daemon and waits until the mount answers.</summary>
internal static class DaemonLauncher
{
    /// <param name="arguments">The mount's, without the verb. Credentials are not among them: the daemon inherits the environment.</param>
    internal static async Task<int> RunAsync(MountRequest request, string[] arguments)
    {
        using var interrupt = new Interrupt();
        using Process daemon = SelfProcess.StartWith(request.Policy.ToJson(), MountVerb.DaemonName, arguments);
        Task<string> errors = daemon.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            while (await daemon.StandardOutput.ReadLineAsync(interrupt.Token) is { } line)
            {
                switch (Parse(line))
                {
                    case StartReport.Failed failed:
                        await daemon.WaitForExitAsync(interrupt.Token);
                        throw new CommandException(failed.ExitCode, failed.Message);
                    case StartReport.Ready ready:
                        StartMessages.Print(ready, request);
                        return ExitCode.Done;
                    case { } waiting:
                        StartMessages.Print(waiting, request);
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C before the mount answers: there shall be none.
            _ = Posix.Syscall.Kill(daemon.Id, signal: 15);
            throw;
        }

        await daemon.WaitForExitAsync(interrupt.Token);
        string said = (await errors).ReplaceLineEndings(" ").Trim();
        throw CommandException.Failed($"The mount's process ended with code {daemon.ExitCode} before the mount answered. {said}".Trim());
    }

    /// <summary>The mount's policy as <see cref="RunAsync"/> hands it to the daemon: what it was read from may be a pipe, or another file by now.</summary>
    internal static SyncPolicy ReceivePolicy()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        return SyncPolicy.Parse(input.ReadToEnd());
    }

    private static StartReport? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, StartReportJson.Default.StartReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
