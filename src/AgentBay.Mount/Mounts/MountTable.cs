using System.Text;

namespace AgentBay.Mount.Mounts;

/// <summary>What is mounted where, as the kernel says it.</summary>
internal sealed class MountTable(IReadOnlyList<MountEntry> entries)
{
    private readonly IReadOnlyList<MountEntry> entries = entries;

    /// <summary>Mounts of ours, in the order in which they were made.</summary>
    internal IEnumerable<MountEntry> Ours => entries.Where(entry => entry.StateFolder is not null);

    internal static MountTable Read() => Parse(File.ReadLines("/proc/self/mountinfo", Encoding.UTF8));

    /// <param name="lines">proc(5): id, parent, device, root, mount point, options, optional fields, "-", type, source, super options.</param>
    internal static MountTable Parse(IEnumerable<string> lines)
    {
        var entries = new List<MountEntry>();
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-", startIndex: Math.Min(6, fields.Length));
            if (separator >= 0 && separator + 2 < fields.Length)
            {
                entries.Add(new MountEntry(Unescape(fields[4]), Unescape(fields[separator + 1]), Unescape(fields[separator + 2])));
            }
        }

        return new MountTable(entries);
    }

    /// <summary>The topmost mount exactly at a real path; null when it is no mount point.</summary>
    internal MountEntry? At(string path) => entries.LastOrDefault(entry => entry.MountPoint == path);

    /// <summary>The mount that a real path lies in.</summary>
    internal MountEntry? Containing(string path) => entries.Reverse()
        .Where(entry => IsAtOrUnder(path, entry.MountPoint))
        .MaxBy(entry => entry.MountPoint.Length);

    internal static bool IsAtOrUnder(string path, string folder) =>
        folder == "/" || path == folder || (path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == '/');

    // The kernel writes space, tab, newline, backslash (and '#') as three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        var bytes = new List<byte>(field.Length);
        byte[] escaped = Encoding.UTF8.GetBytes(field);
        for (int i = 0; i < escaped.Length; i++)
        {
            bool octal = escaped[i] == '\\' && i + 3 < escaped.Length && escaped[(i + 1)..(i + 4)].All(digit => digit is >= (byte)'0' and <= (byte)'7');
            bytes.Add(octal ? Convert.ToByte(Encoding.ASCII.GetString(escaped, i + 1, 3), 8) : escaped[i]);
            i += octal ? 3 : 0;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
