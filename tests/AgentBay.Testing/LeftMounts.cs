using System.Diagnostics;
using System.Text.Json;

namespace AgentBay.Testing;

/// <summary>What a test that failed may leave: processes of the program under test, and their mounts. Theirs are those of the test's own state folders.</summary>
public static class LeftMounts
{
    /// <param name="cacheDirectories">Where the test kept its mirrors.</param>
    public static async Task EndAsync(IEnumerable<string> cacheDirectories)
    {
        foreach ((int pid, string mountPoint) in Holders(cacheDirectories))
        {
            await KillAsync(pid);
            await DetachAsync(mountPoint);
        }
    }

    /// <summary>kill -9, and wait until they are gone. Their mounts stay, dead.</summary>
    public static async Task KillAsync(IEnumerable<string> cacheDirectories)
    {
        foreach ((int pid, _) in Holders(cacheDirectories))
        {
            await KillAsync(pid);
        }
    }

    private static IEnumerable<(int Pid, string MountPoint)> Holders(IEnumerable<string> cacheDirectories)
    {
        foreach (string holder in cacheDirectories.SelectMany(Directory.GetDirectories).Select(state => Path.Combine(state, "holder.json")).Where(File.Exists))
        {
            using JsonDocument held = JsonDocument.Parse(File.ReadAllBytes(holder));
            yield return (held.RootElement.GetProperty("Pid").GetInt32(), held.RootElement.GetProperty("MountPoint").GetString()!);
        }
    }

    private static async Task KillAsync(int pid)
    {
        try
        {
            using var daemon = Process.GetProcessById(pid);
            if (daemon.MainModule?.FileName == BuiltProgram.FullPath)
            {
                daemon.Kill();
                await Eventually.EndsAsync(daemon);
            }
        }
        catch (ArgumentException)
        {
            // It has ended: as it should.
        }
    }

    /// <summary>Where nothing is mounted, umount says so and does nothing.</summary>
    private static async Task DetachAsync(string mountPoint)
    {
        using Process umount = Process.Start(new ProcessStartInfo("umount", ["-l", "-i", "-q", mountPoint]) { RedirectStandardError = true })!;
        _ = await umount.StandardError.ReadToEndAsync();
        await Eventually.EndsAsync(umount);
    }
}
