using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Sync;

/// <summary>The name under which the store's version of a file is kept that was changed on both sides: <c>stem.conflict-host-UTC[-n].ext</c>.</summary>
/// <param name="Stem">As much of it as had room.</param>
/// <param name="Host">The machine that kept it.</param>
/// <param name="Label">Host, time and number, as they stand in the name.</param>
public readonly partial record struct ConflictName(ReadOnlyMemory<byte> Stem, ReadOnlyMemory<byte> Extension, string Host, DateTimeOffset At, string Label)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int LongestHost = 32;

    /// <summary>The stem shortened so that the whole has at most 255 bytes.</summary>
    /// <param name="n">Tells apart those of one second.</param>
    internal static byte[] Make(ReadOnlySpan<byte> name, DateTimeOffset now, int n)
    {
        return NameBeside.Of(name, TagOf(now), n);
    }

    /// <summary>What all names begin with that this machine gives for a file, whatever the time.</summary>
    internal static byte[] Begin(ReadOnlySpan<byte> name)
    {
        string tag = TagOf(DateTimeOffset.UnixEpoch);
        byte[] one = NameBeside.Of(name, tag, 0);
        return one[..(one.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(tag)) + tag.LastIndexOf('-') + 1)];
    }

    public static bool TryParse(ReadOnlySpan<byte> name, out ConflictName conflict)
    {
        conflict = default;
        // Latin-1: a character a byte, so that positions are those of the bytes.
        Match match = Pattern().Match(Encoding.Latin1.GetString(name));
        if (!match.Success || !DateTimeOffset.TryParseExact(match.Groups["time"].Value, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
        {
            return false;
        }

        conflict = new ConflictName(
            name[..match.Index].ToArray(),
            name[(match.Index + match.Length)..].ToArray(),
            match.Groups["host"].Value,
            at,
            match.Groups["label"].Value);
        return true;
    }

    /// <summary>Whether this was the store's version of the file of that name, in the same folder.</summary>
    public bool IsOf(ReadOnlySpan<byte> name)
    {
        int dot = NameBeside.ExtensionStart(name);
        int room = TreePath.MaxNameLength - ".conflict-".Length - Label.Length - Extension.Length;
        return name[dot..].SequenceEqual(Extension.Span) && NameBeside.Shorten(name[..dot], room).SequenceEqual(Stem.Span);
    }

    /// <summary>The name that it has when both versions are to stay: no conflict any more.</summary>
    public byte[] WhenBothStay() => [.. Stem.Span, .. Encoding.ASCII.GetBytes(".theirs-" + Label), .. Extension.Span];

    private static string TagOf(DateTimeOffset at)
    {
        string host = new(Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-').Take(LongestHost).ToArray());
        return $".conflict-{host}-{at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}";
    }

    [GeneratedRegex("""(?<=.)\.conflict-(?<label>(?<host>[A-Za-z0-9-]*)-(?<time>\d{8}T\d{6}Z)(-\d+)?)(?=\.[^.]{0,31}\z|\z)""", RegexOptions.Singleline | RegexOptions.RightToLeft)]
    private static partial Regex Pattern();
}
