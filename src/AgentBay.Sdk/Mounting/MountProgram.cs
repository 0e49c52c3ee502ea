using System.Diagnostics;
using AgentBay.Posix;

namespace AgentBay.Sdk.Mounting;

/// <summary>The program <c>agentbay-mount</c>, which serves the mounts. Credentials are not among its arguments: it inherits the environment.</summary>
/// <param name="given">What the options say, if anything.</param>
internal sealed class MountProgram(string? given)
{
    private const string Name = "agentbay-mount";
    private const string Variable = "AGENTBAY_MOUNT_PROGRAM";
    private const int Terminate = 15;

    private readonly string? given = given;

    /// <summary>Runs it to its end. A cancelled token asks it to give up: it may have succeeded all the same.</summary>
    /// <exception cref="AgentBayException">It is not here, or cannot be started.</exception>
    internal async Task<ProgramEnd> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using Process process = Start(Find(), arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await using CancellationTokenRegistration giveUp = cancellationToken.Register(() => _ = Syscall.Kill(process.Id, Terminate));
        await process.WaitForExitAsync(CancellationToken.None);
        _ = await output;
        return new ProgramEnd(process.ExitCode, MessageOf(await error));
    }

    private string Find()
    {
        if ((given ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } named)
        {
            return File.Exists(named) ? Path.GetFullPath(named) : throw new AgentBayException($"There is no program {named}, which {(given is null ? Variable : nameof(AgentBayOptions.MountProgram))} names.");
        }

        string file = OperatingSystem.IsWindows() ? Name + ".exe" : Name;
        string[] folders = [AppContext.BaseDirectory, .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        return folders.Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
            ?? throw new AgentBayException($"The program {Name} is missing: it is neither beside this program ({AppContext.BaseDirectory}) nor on PATH. Install it, or name it with {Variable} or {nameof(AgentBayOptions)}.{nameof(AgentBayOptions.MountProgram)}.");
    }

    private static Process Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new AgentBayException($"{program} cannot be started: {error.Message}", error);
        }
    }

    /// <summary>Its last line is the reason.</summary>
    private static string MessageOf(string error)
    {
        string line = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        return line.StartsWith(Name + ": ", StringComparison.Ordinal) ? line[(Name.Length + 2)..] : line;
    }
}
