using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AgentBay.Fuse.Tests;

/// <summary>Compiles and runs the C sources in native/.</summary>
internal static class CProgram
{
    private static readonly Lazy<bool> HasCompiler = new(() =>
    {
        try
        {
            return Execute("gcc", "--version").ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    });

    internal static void SkipWithoutCompiler() => Assert.SkipUnless(HasCompiler.Value, "gcc is not installed");

    internal static string Run(string source)
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output) = Execute(Compile(source, folder.Path));
        Assert.Equal(0, exitCode);
        return output;
    }

    /// <returns>The program's path.</returns>
    internal static string Compile(string source, string folder)
    {
        string program = Path.Combine(folder, Path.GetFileNameWithoutExtension(source));
        var (exitCode, output) = Execute("gcc", "-Wall", "-Wextra", "-Werror", "-o", program, Path.Combine(Folder(), source));
        Assert.True(exitCode == 0, output);
        return program;
    }

    internal static (int ExitCode, string Output) Execute(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../native"));
}

/// <summary>A folder of the test's own, gone with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("fuse-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
