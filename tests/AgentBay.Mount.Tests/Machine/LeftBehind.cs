using System.Collections.Concurrent;

namespace AgentBay.Mount.Tests;

/// <summary>What the tests of this process have left on the machine: mounts, processes, and files outside their folders or in one that should be gone.</summary>
internal static class LeftBehind
{
    /// <summary>Where mounts of root without a cache directory keep their mirrors.</summary>
    private const string Mirrors = "/var/lib/agentbay";

    private static readonly ConcurrentBag<string> Folders = [];

    /// <param name="folder">A test's own.</param>
    public static void Watch(string folder) => Folders.Add(folder);

    public static IReadOnlyList<string> Find() =>
    [
        .. Folders.Where(Directory.Exists),
        .. File.ReadLines("/proc/mounts").Where(IsOurs),
        .. Directory.EnumerateDirectories("/proc").Select(process => ReadOrNothing(Path.Combine(process, "cmdline")).Replace('\0', ' ')).Where(IsOurs),
        .. (Directory.Exists(Mirrors) ? Directory.GetDirectories(Mirrors) : []).Where(state => IsOurs(ReadOrNothing(Path.Combine(state, "holder.json")))),
    ];

    private static bool IsOurs(string line) => Folders.Any(folder => line.Contains(folder, StringComparison.Ordinal));

    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // No process, or it has just ended.
        }
    }
}
