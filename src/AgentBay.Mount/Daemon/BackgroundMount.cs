using System.Text.Json;
using AgentBay.Mount.CommandLine;
using AgentBay.Mount.Mounts;

namespace AgentBay.Mount.Daemon;

/// <summary>The hidden <c>daemon</c> verb: a session of its own, and a line on standard output when the mount answers or will not.</summary>
internal static class BackgroundMount
{
    internal static async Task<int> RunAsync(MountRequest request)
    {
        try
        {
            request = Absolute(request);
            Terminal.LeaveSession();
            return await new MountProcess(request, HostAdapters.Current, Report, toConsole: false).RunAsync();
        }
        catch (Exception error)
        {
            CommandException failure = Failure.Explain(error);
            Report(new StartReport.Failed(failure.ExitCode, failure.Message));
            return failure.ExitCode;
        }
        finally
        {
            // Who waited for the end of this process may unmount the disk of its log at once.
            Terminal.LeaveDescriptors();
        }
    }

    private static MountRequest Absolute(MountRequest request) => request with
    {
        Path = Path.GetFullPath(request.Path),
        CacheDirectory = request.CacheDirectory is { } cache ? Path.GetFullPath(cache) : null,
        LogFile = request.LogFile is { } log ? Path.GetFullPath(log) : null,
        Store = StoreSession.ResolveUrl(request.Store),
    };

    private static void Report(StartReport report)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(report, StartReportJson.Default.StartReport));
        Console.Out.Flush();
        if (report is StartReport.Ready ready)
        {
            Terminal.LeaveDescriptors(ready.Mount.LogFile);
        }
    }
}
