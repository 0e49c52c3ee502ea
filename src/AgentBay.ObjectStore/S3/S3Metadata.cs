using System.Text;

namespace AgentBay.ObjectStore.S3;

/// <summary>
/// Metadata values ↔ HTTP header values. A value of printable ASCII, without spaces at its ends or in a row, is sent as it is. Any other
/// is sent as RFC 8187 writes it: <c>utf-8''</c> and the percent-encoded UTF-8; so is one that begins with <c>utf-8''</c> itself, and
/// an empty one. What comes without that mark is taken as it is, so that values of other programs survive, <c>%</c> and all.
/// </summary>
internal static class S3Metadata
{
    private const string Mark = "utf-8''";

    internal static string Encode(string value) => IsSafe(value) ? value : Mark + Uri.EscapeDataString(value);

    internal static string Decode(string wire)
    {
        if (!wire.StartsWith(Mark, StringComparison.Ordinal))
        {
            return wire;
        }

        return TryUnescape(wire.AsSpan(Mark.Length)) is { } bytes && StoreKey.FromBytes(bytes) is { } value ? value : wire;
    }

    internal static int WireBytes(IReadOnlyDictionary<string, string> metadata) => metadata.Sum(static m => m.Key.Length + Encode(m.Value).Length);

    private static bool IsSafe(string value) =>
        value.Length > 0 && value[0] != ' ' && value[^1] != ' '
        && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && !value.Contains("  ", StringComparison.Ordinal)
        && !value.StartsWith(Mark, StringComparison.Ordinal);

    private static byte[]? TryUnescape(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes([text[i]]));
            }
            else if (i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return [.. bytes];
    }
}
