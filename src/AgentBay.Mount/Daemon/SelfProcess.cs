using System.Diagnostics;

namespace AgentBay.Mount.Daemon;

/// <summary>Starts this program again, with a verb that people do not type. (A .NET process cannot fork.) Credentials come with the environment, never as arguments.</summary>
internal static class SelfProcess
{
    internal static Process Start(string verb, params IEnumerable<string> arguments)
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

        Process process = Process.Start(start) ?? throw CommandException.Failed("The background process could not be started.");
        process.StandardInput.Close();
        return process;
    }
}
