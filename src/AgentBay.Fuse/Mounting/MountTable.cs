using System.Globalization;
using System.Text;

namespace AgentBay.Fuse.Mounting;

/// <summary>A line of /proc/self/mountinfo.</summary>
internal sealed record MountEntry(long Id, string Target, string Type, string Source)
{
    internal bool IsFuse => Type is "fuse" or "fuseblk" || Type.StartsWith("fuse.", StringComparison.Ordinal);
}

/// <summary>The mounts that this process sees (proc_pid_mountinfo(5)). Asking the mount point itself could wait for its daemon.</summary>
internal static class MountTable
{
    /// <summary>What is mounted on <paramref name="target"/>: the last line wins, as it lies on top.</summary>
    internal static MountEntry? Find(string target) => Find(File.ReadLines("/proc/self/mountinfo"), target);

    internal static MountEntry? Find(IEnumerable<string> lines, string target) =>
        lines.Select(Parse).LastOrDefault(e => e?.Target == target);

    /// <summary>id, parent, major:minor, root, target, options, optional fields, "-", type, source, options.</summary>
    internal static MountEntry? Parse(string line)
    {
        var fields = line.Split(' ');
        int dash = Array.IndexOf(fields, "-");
        return dash < 6 || fields.Length < dash + 3 || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? null
            : new MountEntry(id, Unescape(fields[4]), fields[dash + 1], Unescape(fields[dash + 2]));
    }

    /// <summary>Space, tab, line break and backslash appear as <c>\ooo</c>.</summary>
    private static string Unescape(string field)
    {
        var text = new StringBuilder(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                text.Append((char)(((field[i + 1] - '0') * 64) + ((field[i + 2] - '0') * 8) + (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }
}
