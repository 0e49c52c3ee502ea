using System.Buffers;
using System.Globalization;
using System.Text;

namespace AgentBay.Fs.Keys;

/// <summary>
/// The escape <c>‛HH</c> in one segment. Both sides are read into the same symbols and written from them: a symbol is what a key
/// holds as it is (a scalar value) or a byte that only a name holds as it is (<see cref="NameOnly"/> and the byte).
/// Each side escapes the symbols that it cannot hold. A run of n marks before two digits that would be an escape is n/2 marks,
/// then the escape if n is odd: so every text has one meaning, and every meaning one text.
/// </summary>
internal static class KeyText
{
    public const char Mark = '‛';

    /// <summary>Characters below it are control characters: a name keeps them to itself, a key too.</summary>
    public const int FirstPrintable = 0x20;

    private const int NameOnly = 0x110000;

    private enum Side
    {
        Key,
        Name,
    }

    /// <summary>Whether this may be a key's segment and never a name.</summary>
    public static bool IsReserved(ReadOnlySpan<char> segment, bool folder) => segment is "." or ".." || (folder && segment.IsEmpty);

    public static string Encode(ReadOnlySpan<byte> name)
    {
        var key = new StringBuilder();
        foreach (int symbol in Write(Side.Key, Read(Side.Name, OfName(name))))
        {
            _ = key.Append(new Rune(symbol).ToString());
        }

        return key.ToString();
    }

    /// <summary>Not yet checked to be a name, or this key's; unpaired surrogates become U+FFFD.</summary>
    public static byte[] Decode(ReadOnlySpan<char> key)
    {
        var text = new List<int>(key.Length);
        foreach (Rune rune in key.EnumerateRunes())
        {
            text.Add(rune.Value);
        }

        var name = new ArrayBufferWriter<byte>(key.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (int symbol in Write(Side.Name, Read(Side.Key, text)))
        {
            name.Write(symbol >= NameOnly ? [(byte)(symbol - NameOnly)] : utf8[..new Rune(symbol).EncodeToUtf8(utf8)]);
        }

        return name.WrittenSpan.ToArray();
    }

    private static List<int> OfName(ReadOnlySpan<byte> name)
    {
        var symbols = new List<int>(name.Length);
        while (!name.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(name, out Rune rune, out int length) == OperationStatus.Done;
            if (valid && rune.Value is >= FirstPrintable and not (0xFFFE or 0xFFFF))
            {
                symbols.Add(rune.Value);
            }
            else
            {
                foreach (byte b in name[..length])
                {
                    symbols.Add(NameOnly + b);
                }
            }

            name = name[length..];
        }

        return symbols;
    }

    private static List<int> Read(Side side, List<int> text)
    {
        var symbols = new List<int>(text.Count);
        for (int i = 0; i < text.Count;)
        {
            int marks = MarksAt(text, i);
            i += marks;
            if (EscapeAt(side, text, i) is not { } escaped)
            {
                AddMarks(symbols, marks);
                if (i < text.Count)
                {
                    symbols.Add(text[i++]);
                }

                continue;
            }

            AddMarks(symbols, marks / 2);
            if (marks % 2 == 1)
            {
                symbols.Add(escaped);
                i += 2;
            }
            else
            {
                symbols.Add(text[i++]);
            }
        }

        return symbols;
    }

    private static List<int> Write(Side side, List<int> symbols)
    {
        var text = new List<int>(symbols.Count);
        for (int i = 0; i < symbols.Count;)
        {
            int marks = MarksAt(symbols, i);
            i += marks;
            bool escape = i < symbols.Count && MustEscape(side, symbols[i]);
            AddMarks(text, escape ? (2 * marks) + 1 : EscapeAt(side, symbols, i) is null ? marks : 2 * marks);
            if (escape)
            {
                string digits = (symbols[i++] % NameOnly).ToString("X2", CultureInfo.InvariantCulture);
                text.AddRange([digits[0], digits[1]]);
            }
            else if (i < symbols.Count)
            {
                text.Add(symbols[i++]);
            }
        }

        return text;
    }

    private static bool MustEscape(Side side, int symbol) => side switch
    {
        Side.Key => symbol >= NameOnly,
        Side.Name => symbol < FirstPrintable,
        _ => throw new ArgumentOutOfRangeException(nameof(side)),
    };

    /// <summary>The symbol that two digits stand for after a mark, if this side writes it so.</summary>
    private static int? EscapeAt(Side side, List<int> text, int index)
    {
        if (index + 2 > text.Count || Digit(text[index]) is not { } high || Digit(text[index + 1]) is not { } low)
        {
            return null;
        }

        int value = (high * 16) + low;
        return side switch
        {
            Side.Key => value is > 0 and < FirstPrintable or >= 0x80 ? NameOnly + value : null,
            Side.Name => value < FirstPrintable ? value : null,
            _ => throw new ArgumentOutOfRangeException(nameof(side)),
        };
    }

    private static int? Digit(int c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => null,
    };

    private static int MarksAt(List<int> text, int index)
    {
        int end = index;
        while (end < text.Count && text[end] == Mark)
        {
            end++;
        }

        return end - index;
    }

    private static void AddMarks(List<int> text, int count) => text.AddRange(Enumerable.Repeat((int)Mark, count));
}
