using System.Text;
using System.Text.Json;
using AgentBay.Mount.Mounts;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Mount.Daemon;

/// <summary>The hidden <c>daemon</c> verb: a session of its own, and a line on standard output when the mount answers or will not.</summary>
internal static class BackgroundMount
{
    internal static async Task<int> RunAsync(MountRequest request)
    {
        _ = Syscall.NewSession();
        request = Absolute(request);
        Environment.CurrentDirectory = "/"; // Or the folder that it was started in could never be unmounted.
        try
        {
            return await new MountProcess(request, HostAdapters.Current, Report, toConsole: false).RunAsync();
        }
        catch (Exception error)
        {
            CommandException failure = Failure.Explain(error);
            Report(new StartReport.Failed(failure.ExitCode, failure.Message));
            return failure.ExitCode;
        }
    }

    private static MountRequest Absolute(MountRequest request) => request with
    {
        Path = Path.GetFullPath(request.Path),
        CacheDirectory = request.CacheDirectory is { } cache ? Path.GetFullPath(cache) : null,
        LogFile = request.LogFile is { } log ? Path.GetFullPath(log) : null,
        Store = request.Store is { } store && !store.Contains("://", StringComparison.Ordinal) ? Path.GetFullPath(store) : request.Store,
    };

    private static void Report(StartReport report)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(report, StartReportJson.Default.StartReport));
        Console.Out.Flush();
        if (report is StartReport.Ready ready)
        {
            LeaveTerminal(ready.Mount.LogFile);
        }
    }

    // Standard error goes to the log: there the runtime writes when it dies.
    private static void LeaveTerminal(string logFile)
    {
        Redirect("/dev/null", OpenFlags.ReadWrite, 0, 1);
        Redirect(logFile, OpenFlags.WriteOnly | OpenFlags.Append, 2);
    }

    private static void Redirect(string path, int flags, params ReadOnlySpan<int> numbers)
    {
        Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(path), flags | OpenFlags.CloseOnExec, 0, out SafeFileHandle file).ThrowIfError($"open {path}");
        using (file)
        {
            foreach (int number in numbers)
            {
                Syscall.DuplicateTo(file, number).ThrowIfError($"dup2 {path}");
            }
        }
    }
}
