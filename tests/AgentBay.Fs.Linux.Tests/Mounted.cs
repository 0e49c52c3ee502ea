using System.Diagnostics;
using AgentBay.Fuse;
using AgentBay.Posix;
using AgentBay.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>A mirror mounted on the real kernel. Whatever the test does, nothing stays mounted.</summary>
internal sealed class Mounted : IAsyncDisposable
{
    private readonly TestFolder folder = new();

    private Mounted()
    {
        Files = LinuxMirrorFiles.Open(folder.Tree, folder.Staging);
        Path = Directory.CreateDirectory(System.IO.Path.Combine(folder.Path, "mnt")).FullName;
        Host = new FakeHost(folder.Tree, Files);
    }

    internal LinuxMirrorFiles Files { get; }

    internal FakeHost Host { get; }

    /// <summary>The mount point.</summary>
    internal string Path { get; }

    internal string Mirror => folder.Tree;

    internal LinuxMount Mount { get; private set; } = null!;

    internal static async Task<Mounted> StartAsync(FuseDataPath dataPath, bool allowOther = false)
    {
        Assert.SkipUnless(Syscall.EffectiveUid == 0 && File.Exists("/dev/fuse"), "needs root and /dev/fuse");
        var mounted = new Mounted();
        try
        {
            mounted.Mount = await LinuxMount.StartAsync(
                mounted.Host,
                mounted.Files,
                mounted.Path,
                new FuseMountOptions { Source = "test", Subtype = "agentbay", AllowOther = allowOther },
                new MirrorFileSystemOptions(),
                NullLoggerFactory.Instance,
                dataPath);
            Assert.Equal(dataPath, mounted.Mount.DataPath);
            return mounted;
        }
        catch
        {
            await mounted.DisposeAsync();
            throw;
        }
    }

    internal string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Runs a shell script in the mount's root: its output, or a failure that shows it.</summary>
    internal async Task<string> ShellAsync(string script)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-euo", "pipefail", "-c", script])
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            await Eventually.EndsAsync(process);
            Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{await output}\n{await errors}");
            return (await output).TrimEnd();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Mount is not null)
        {
            await Mount.DisposeAsync();
        }

        Host.Dispose();
        Files.Dispose();
        folder.Dispose();
    }
}
