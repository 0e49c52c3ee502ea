using System.Diagnostics;
using AgentBay.Posix;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fuse.Tests;

/// <summary>
/// A filesystem mounted on the real kernel by this process. Whatever a test does, disposal leaves no mount behind.
/// Programs use the mount, or <see cref="Syscall"/> does: managed code that faults on a map of it would stop the collector.
/// </summary>
internal sealed class MountedFileSystem : IAsyncDisposable
{
    /// <summary>Far more than any program takes here.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource stop = new();
    private readonly FuseMount mount;

    private MountedFileSystem(FuseFileSystem fileSystem, FuseSessionOptions options, FuseMountOptions mountOptions)
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(folder.Path, "mnt")).FullName;
        mount = FuseMount.Mount(Path, mountOptions);
        Session = new FuseSession(mount, fileSystem, options, Log);
        Run = Session.RunAsync(stop.Token);
    }

    internal string Path { get; }
    internal FuseSession Session { get; }
    internal Task Run { get; }
    internal TestLog Log { get; } = new();

    /// <summary>Beside the mount, for what tests compile.</summary>
    internal string Scratch => folder.Path;

    internal static void SkipUnlessMountable()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "there is no /dev/fuse");
        Assert.SkipUnless(Native.Privilege.MayMount, "mount(2) needs CAP_SYS_ADMIN");
    }

    internal static async Task<MountedFileSystem> Start(FuseFileSystem fileSystem, FuseDataPath dataPath = FuseDataPath.WriteThrough, FuseMountOptions? mountOptions = null, bool interruptOnlyWhenKilled = false)
    {
        SkipUnlessMountable();
        var options = new FuseSessionOptions { DataPath = dataPath, InterruptOnlyWhenKilled = interruptOnlyWhenKilled };
        var mounted = new MountedFileSystem(fileSystem, options, mountOptions ?? new FuseMountOptions { Source = "test", Subtype = "test", DefaultPermissions = true });
        await mounted.Session.Started;
        return mounted;
    }

    internal string At(string name) => System.IO.Path.Combine(Path, name);

    internal byte[] BytesAt(string name) => System.Text.Encoding.UTF8.GetBytes(At(name));

    /// <summary>Runs a script in the mount; it must succeed.</summary>
    internal async Task<string> Shell(string script)
    {
        var (exitCode, output) = await TryShell(script);
        Assert.True(exitCode == 0, $"exit code {exitCode}: {output}");
        return output;
    }

    internal async Task<(int ExitCode, string Output)> TryShell(string script)
    {
        using var process = Start("sh", "-euc", $"cd '{Path}'; exec 2>&1; {script}");
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    internal static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>Until the program has ended: one that hangs is a failure.</summary>
    internal static Task EndsAsync(Process program) => program.WaitForExitAsync().WaitAsync(LongestRun);

    /// <summary>Unmounts as a user would, and waits for the session.</summary>
    internal async Task Unmount()
    {
        FuseMount.Unmount(Path);
        await Run;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            FuseMount.Unmount(Path, lazy: true);
        }
        catch (FuseMountException)
        {
            // The test has unmounted it.
        }

        // A program that still sits inside would keep the session alive after a lazy unmount.
        await stop.CancelAsync();
        await Run;
        mount.Dispose();
        stop.Dispose();
        Assert.Empty(Log.Lines.Where(l => l.Level >= LogLevel.Error).Select(l => l.Text));
        folder.Dispose();
    }
}
