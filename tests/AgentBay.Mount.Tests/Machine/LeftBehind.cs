using System.Collections.Concurrent;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>What the tests of this process have left on the machine: mounts, processes, folders of theirs that should be gone, and mirrors where root's are by default.</summary>
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
        .. Programs.CommandLines().Where(IsOurs).Select(line => line.Replace('\0', ' ')),
        .. LeftMounts.Holders([Mirrors]).Where(holder => IsOurs(holder.MountPoint)).Select(holder => holder.State),
    ];

    private static bool IsOurs(string line) => Folders.Any(folder => line.Contains(folder, StringComparison.Ordinal));
}
