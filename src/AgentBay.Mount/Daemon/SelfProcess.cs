using System.Diagnostics;

namespace AgentBay.Mount.Daemon;

/// <summary>Starts this program again, with a verb that people do not type. (A .NET process cannot fork.) Credentials come with the environment, never as arguments.</summary>
internal static class SelfProcess
{
    internal static Process Start(string verb, params IEnumerable<string> arguments) => StartWith("", verb, arguments);

    /// <param name="input">What it reads from its standard input.</param>
    internal static Process StartWith(string input, string verb, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? throw CommandException.Failed("The program cannot find itself."))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(verb);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What the caller had open (a lock, a pipe that somebody reads to its end) is not the background process's to keep. Older kernels cannot say so.
        _ = Posix.Syscall.CloseOnExecFrom(3);
        Process process = Process.Start(start) ?? throw CommandException.Failed("The background process could not be started.");
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read this: what it says, or its exit code, tells why.
        }

        return process;
    }
}
