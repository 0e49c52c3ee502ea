using System.Diagnostics;
using System.Text.Json;

namespace AgentBay.Testing;

/// <summary>What a test that failed may leave: processes of the program under test, and their mounts. Theirs are those of the test's own state folders.</summary>
public static class LeftMounts
{
    /// <param name="cacheDirectories">Where the test kept its mirrors.</param>
    public static async Task EndAsync(IEnumerable<string> cacheDirectories)
    {
        foreach ((string state, int pid, string mountPoint) in Holders(cacheDirectories))
        {
            await KillAsync(pid, state, mountPoint);
            await DetachAsync(mountPoint);
        }
    }

    /// <summary>kill -9, and wait until they are gone. Their mounts stay, dead.</summary>
    public static async Task KillAsync(IEnumerable<string> cacheDirectories)
    {
        foreach ((string state, int pid, string mountPoint) in Holders(cacheDirectories))
        {
            await KillAsync(pid, state, mountPoint);
        }
    }

    /// <summary>Who mounts, or did last, what is in the state folders there.</summary>
    public static IEnumerable<(string State, int Pid, string MountPoint)> Holders(IEnumerable<string> cacheDirectories)
    {
        foreach (string state in cacheDirectories.Where(Directory.Exists).SelectMany(Directory.GetDirectories))
        {
            if (ReadOrNull(Path.Combine(state, "holder.json")) is { } json)
            {
                using JsonDocument held = JsonDocument.Parse(json);
                yield return (state, held.RootElement.GetProperty("Pid").GetInt32(), held.RootElement.GetProperty("MountPoint").GetString()!);
            }
        }
    }

    private static byte[]? ReadOrNull(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // It was never mounted, or is being removed.
        }
    }

    /// <summary>Unless its number is that of another by now: also of another test's daemon.</summary>
    private static async Task KillAsync(int pid, string state, string mountPoint)
    {
        try
        {
            using var daemon = Process.GetProcessById(pid);
            string commandLine = await File.ReadAllTextAsync($"/proc/{pid}/cmdline");
            if (commandLine.StartsWith(BuiltProgram.FullPath, StringComparison.Ordinal)
                && (commandLine.Contains(mountPoint, StringComparison.Ordinal) || commandLine.Contains(Path.GetDirectoryName(state)!, StringComparison.Ordinal)))
            {
                daemon.Kill();
                await Eventually.EndsAsync(daemon);
            }
        }
        catch (Exception gone) when (gone is ArgumentException or IOException)
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
