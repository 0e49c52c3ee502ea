using System.Buffers;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// One segment of a key ↔ its name on disk. Segments and names are bytes.
/// <list type="table">
/// <item><term><c>name</c></term><description>itself: a segment that can be a name, for an object or for a folder</description></item>
/// <item><term><c>%=segment</c></term><description>an object whose segment cannot be a name, or whose name a folder has</description></item>
/// <item><term><c>%+segment</c></term><description>a folder whose segment cannot be a name</description></item>
/// <item><term><c>%~piece/</c></term><description>a piece of a segment too long for one name; the rest is inside, always as <c>%=</c> or <c>%+</c></description></item>
/// </list>
/// After the mark, <c>%</c> is <c>%25</c> and NUL is <c>%00</c>; nothing else changes. A segment cannot be a name when it is empty, <c>.</c>,
/// <c>..</c>, <c>.agentbay-store</c>, over 255 bytes, begins with <c>%</c> or holds a NUL.
/// </summary>
internal static class NameCodec
{
    internal const byte ObjectMark = (byte)'=';
    internal const byte FolderMark = (byte)'+';
    internal const byte PieceMark = (byte)'~';

    private const int MaxName = 255;
    private const int MaxPiece = 250;

    internal static ReadOnlySpan<byte> Hidden => ".agentbay-store"u8;

    internal static bool IsPlain(ReadOnlySpan<byte> segment) =>
        segment.Length is > 0 and <= MaxName && segment[0] != '%' && !segment.Contains((byte)0)
        && !segment.SequenceEqual("."u8) && !segment.SequenceEqual(".."u8) && !segment.SequenceEqual(Hidden);

    /// <summary>Appends the escaped name, with its pieces: one or more names with '/' between.</summary>
    internal static void AppendEscaped(ArrayBufferWriter<byte> path, ReadOnlySpan<byte> segment, byte mark)
    {
        ReadOnlySpan<byte> rest = Escape(segment);
        while (rest.Length > MaxName - 2)
        {
            int cut = CutBefore(rest, MaxPiece);
            Append(path, PieceMark, rest[..cut]);
            path.Write("/"u8);
            rest = rest[cut..];
        }

        Append(path, mark, rest);
    }

    /// <param name="escaped">What follows the marks, pieces joined.</param>
    /// <returns>Null when it is not of our making.</returns>
    internal static byte[]? Unescape(ReadOnlySpan<byte> escaped)
    {
        var segment = new byte[escaped.Length];
        int length = 0;
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '%')
            {
                segment[length++] = escaped[i];
                continue;
            }

            var code = escaped[(i + 1)..];
            if (code.StartsWith("25"u8))
            {
                segment[length++] = (byte)'%';
            }
            else if (code.StartsWith("00"u8))
            {
                segment[length++] = 0;
            }
            else
            {
                return null;
            }

            i += 2;
        }

        return segment.AsSpan(0, length).ToArray();
    }

    private static void Append(ArrayBufferWriter<byte> path, byte mark, ReadOnlySpan<byte> text)
    {
        path.Write([(byte)'%', mark]);
        path.Write(text);
    }

    private static byte[] Escape(ReadOnlySpan<byte> segment)
    {
        var escaped = new ArrayBufferWriter<byte>(segment.Length + 16);
        foreach (byte b in segment)
        {
            escaped.Write(b switch
            {
                (byte)'%' => "%25"u8,
                0 => "%00"u8,
                _ => new ReadOnlySpan<byte>(in b),
            });
        }

        return escaped.WrittenSpan.ToArray();
    }

    /// <summary>At most <paramref name="max"/>, not inside a UTF-8 character (some filesystems want UTF-8) and not inside an escape.</summary>
    private static int CutBefore(ReadOnlySpan<byte> escaped, int max)
    {
        int cut = max;
        while ((escaped[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        return escaped[cut - 1] == '%' ? cut - 1 : escaped[cut - 2] == '%' ? cut - 2 : cut;
    }
}
