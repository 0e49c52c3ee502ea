using System.Diagnostics;
using System.Text;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>Runs programs as root or as an ordinary user, and knows where ours is.</summary>
internal static class Programs
{
    /// <summary>Debian's "nobody".</summary>
    public const int OrdinaryUid = 65534;

    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);

    public static string AgentBayMount { get; } = BuiltProgram.FullPath;

    public static async Task<Ran> RunAsync(Who who, IReadOnlyDictionary<string, string> environment, string folder, string program, params string[] arguments)
    {
        using Process process = Start(who, environment, folder, program, arguments);
        void End() => process.Kill(entireProcessTree: true);
        var output = new ProgramOutput(process.StandardOutput, End);
        var error = new ProgramOutput(process.StandardError, End);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(LongestRun);
        try
        {
            // A process that it has left behind may keep its output open.
            await Task.WhenAll(process.WaitForExitAsync(limit.Token), output.Whole, error.Whole).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            string where = HangReport.Of(process.Id);
            End();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} has not ended after {LongestRun}:\n{where}\n--- output: {output.Describe()}\n--- error: {error.Describe()}");
        }

        return new Ran($"{program} {string.Join(' ', arguments)}", process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Starts a program that goes on; the caller ends it.</summary>
    public static Process Start(Who who, IReadOnlyDictionary<string, string> environment, string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1, // Bytes: names need not be UTF-8.
            StandardErrorEncoding = Encoding.UTF8,
        };
        string[] user = [$"--reuid={OrdinaryUid}", $"--regid={OrdinaryUid}", "--clear-groups", "--", "env"]; // Not even root may enter a user's mount.
        // .NET would enter the folder with every other start waiting, and in a mount that may take long.
        start.FileName = who == Who.OrdinaryUser ? "setpriv" : "env";
        foreach (string argument in (string[])[.. who == Who.OrdinaryUser ? user : [], $"--chdir={folder}", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Of every process on the machine, with a zero after each argument.</summary>
    public static IEnumerable<string> CommandLines() => ProcFiles.Processes().Select(ProcFiles.CommandLine);
}
