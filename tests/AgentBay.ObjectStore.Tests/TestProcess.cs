using System.Diagnostics;

namespace AgentBay.ObjectStore.Tests;

/// <summary>The test program run again, as a process that an environment variable tells what to do.</summary>
internal static class TestProcess
{
    internal static ProcessStartInfo New(string variable, string value)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(TestProcess).Assembly.Location);
        }

        start.Environment[variable] = value;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // A process that is killed would leave its debugger's pipes in /tmp.
        return start;
    }
}
