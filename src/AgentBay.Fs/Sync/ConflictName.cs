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
    private static readonly string Mark = $".conflict-{new string([.. Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-').Take(32)])}-";

    /// <param name="n">Tells apart those of one second.</param>
    internal static byte[] Make(ReadOnlySpan<byte> name, DateTimeOffset now, int n) =>
        NameBeside.Of(name, Mark + now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture), n);

    /// <summary>How the names begin of all copies that this machine kept of a file: what stands before the time.</summary>
    internal static byte[] BeginOf(ReadOnlySpan<byte> name)
    {
        byte[] any = Make(name, DateTimeOffset.UnixEpoch, 0);
        return any[..(any.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(Mark)) + Mark.Length)];
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
    public bool IsOf(ReadOnlySpan<byte> name) =>
        NameBeside.Of(name, ".conflict-" + Label, 0).AsSpan().SequenceEqual([.. Stem.Span, .. Encoding.ASCII.GetBytes(".conflict-" + Label), .. Extension.Span]);

    /// <summary>The name that it has when both versions are to stay: no conflict any more.</summary>
    public byte[] WhenBothStay() => [.. Stem.Span, .. Encoding.ASCII.GetBytes(".theirs-" + Label), .. Extension.Span];

    [GeneratedRegex("""(?<=.)\.conflict-(?<label>(?<host>[A-Za-z0-9-]*)-(?<time>\d{8}T\d{6}Z)(-\d+)?)(?=\.[^.]{0,31}\z|\z)""", RegexOptions.Singleline | RegexOptions.RightToLeft)]
    private static partial Regex Pattern();
}
