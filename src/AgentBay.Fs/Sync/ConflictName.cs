using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AgentBay.Fs.Sync;

/// <summary>The name under which the store's version of a file is kept that was changed on both sides: <c>stem.conflict-host-UTC[-n].ext</c>.</summary>
/// <param name="Stem">As much of it as had room.</param>
/// <param name="Host">The machine that kept it.</param>
/// <param name="Label">Host, time and number, as they stand in the name.</param>
public readonly partial record struct ConflictName(ReadOnlyMemory<byte> Stem, ReadOnlyMemory<byte> Extension, string Host, DateTimeOffset At, string Label)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int LongestExtension = 32;
    private const int LongestHost = 32;

    /// <summary>The stem shortened so that the whole has at most 255 bytes.</summary>
    /// <param name="n">Tells apart those of one second.</param>
    internal static byte[] Make(ReadOnlySpan<byte> name, DateTimeOffset now, int n)
    {
        int dot = ExtensionStart(name);
        ReadOnlySpan<byte> extension = name[dot..];
        string host = new(Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-').Take(LongestHost).ToArray());
        string middle = string.Create(CultureInfo.InvariantCulture, $".conflict-{host}-{now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}{(n == 0 ? "" : $"-{n}")}");
        ReadOnlySpan<byte> stem = Shorten(name[..dot], TreePath.MaxNameLength - middle.Length - extension.Length);
        return [.. stem, .. Encoding.ASCII.GetBytes(middle), .. extension];
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
        int dot = ExtensionStart(name);
        int room = TreePath.MaxNameLength - ".conflict-".Length - Label.Length - Extension.Length;
        return name[dot..].SequenceEqual(Extension.Span) && Shorten(name[..dot], room).SequenceEqual(Stem.Span);
    }

    /// <summary>The name that it has when both versions are to stay: no conflict any more.</summary>
    public byte[] WhenBothStay() => [.. Stem.Span, .. Encoding.ASCII.GetBytes(".theirs-" + Label), .. Extension.Span];

    private static int ExtensionStart(ReadOnlySpan<byte> name)
    {
        int dot = name.Length > 1 ? name[1..].LastIndexOf((byte)'.') + 1 : 0;
        return dot > 0 && name.Length - dot <= LongestExtension ? dot : name.Length;
    }

    private static ReadOnlySpan<byte> Shorten(ReadOnlySpan<byte> stem, int room)
    {
        if (stem.Length <= room)
        {
            return stem;
        }

        stem = stem[..room];
        while (stem.Length > 1 && (stem[^1] & 0xC0) == 0x80)
        {
            stem = stem[..^1]; // Not in the middle of a character.
        }

        return stem[^1] >= 0xC0 ? stem[..^1] : stem;
    }

    [GeneratedRegex("""(?<=.)\.conflict-(?<label>(?<host>[A-Za-z0-9-]*)-(?<time>\d{8}T\d{6}Z)(-\d+)?)(?=\.[^.]{0,31}\z|\z)""", RegexOptions.Singleline | RegexOptions.RightToLeft)]
    private static partial Regex Pattern();
}
