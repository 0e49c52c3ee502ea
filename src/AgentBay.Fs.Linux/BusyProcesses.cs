using System.Globalization;
using AgentBay.Fs.Control;

namespace AgentBay.Fs.Linux;

/// <summary>The processes that keep a mount busy.</summary>
internal static class BusyProcesses
{
    /// <summary>Reads /proc only: the mount itself is not touched, it may not answer.</summary>
    internal static IReadOnlyList<BusyProcess> Find(string mountPoint)
    {
        string folder = Path.GetFullPath(mountPoint).TrimEnd('/');
        var busy = new List<BusyProcess>();
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && Uses(process, folder))
            {
                busy.Add(new BusyProcess(pid, NameOf(process)));
            }
        }

        return busy;
    }

    private static bool Uses(string process, string folder)
    {
        try
        {
            return LeadsInto($"{process}/cwd", folder) || LeadsInto($"{process}/root", folder) || LeadsInto($"{process}/exe", folder)
                || Directory.EnumerateFiles($"{process}/fd").Any(descriptor => LeadsInto(descriptor, folder))
                || File.ReadLines($"{process}/maps").Any(map => map.IndexOf('/') is >= 0 and var path && IsInside(map[path..], folder));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended, or is another user's.
        }
    }

    private static bool LeadsInto(string link, string folder) => new FileInfo(link).LinkTarget is { } target && IsInside(target, folder);

    private static bool IsInside(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] is '/' or ' ');

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/comm").TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
