using System.Text;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Keys;

namespace AgentBay.Fs.Files;

/// <summary>Paths of files in a context, as people write them: <c>/data/a.txt</c> and <c>data/a.txt</c> are the same.</summary>
public static class FilePath
{
    /// <summary>A file: not the root, no slash at its end.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.InvalidPath"/>; the message says what is wrong.</exception>
    public static TreePath ParseFile(ReadOnlySpan<byte> text)
    {
        if (text.EndsWith("/"u8) || text.IsEmpty)
        {
            throw Invalid(text, text.IsEmpty || text.SequenceEqual("/"u8) ? "it is the context's root, not a file" : "it ends with '/', so it names a folder");
        }

        return Parse(text);
    }

    public static TreePath ParseFile(string text) => ParseFile(ToBytes(text));

    /// <summary>A folder: empty text and <c>/</c> are the root; a slash at the end says nothing.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.InvalidPath"/>; the message says what is wrong.</exception>
    public static TreePath ParseFolder(ReadOnlySpan<byte> text) => text.IsEmpty || text.SequenceEqual("/"u8) ? TreePath.Root : Parse(text.EndsWith("/"u8) ? text[..^1] : text);

    public static TreePath ParseFolder(string text) => ParseFolder(ToBytes(text));

    /// <summary>Names and paths for people: what a terminal would take for a command, and what is not UTF-8, shows as a replacement character.</summary>
    public static string Printable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? "\uFFFD" : rune.ToString()));
    }

    private static TreePath Parse(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text.StartsWith("/"u8) ? text[1..] : text;
        foreach (Range segment in rest.Split((byte)'/'))
        {
            if (Problem(rest[segment]) is { } problem)
            {
                throw Invalid(text, problem);
            }
        }

        TreePath path = TreePath.Parse(rest);
        return KeyCodec.TryEncode(path, folder: false, out _) ? path : throw Invalid(text, $"its key would pass the {KeyCodec.MaxKeyBytes} bytes that a store leaves for it");
    }

    private static string? Problem(ReadOnlySpan<byte> name) => name switch
    {
        { IsEmpty: true } => "it has an empty part ('//')",
        _ when name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) => "'.' and '..' mean nothing in a context: say the path from its root",
        _ when name.Contains((byte)0) => "it holds a NUL",
        _ when name.Length > TreePath.MaxNameLength => $"a part of it has {name.Length} bytes; a name has {TreePath.MaxNameLength} at most",
        _ => null,
    };

    private static byte[] ToBytes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encoding.UTF8.GetBytes(text);
    }

    private static ContextException Invalid(ReadOnlySpan<byte> text, string problem)
    {
        const int Shown = 80;
        string shown = Printable(Encoding.UTF8.GetString(text));
        return new ContextException(ContextError.InvalidPath, $"'{(shown.Length > Shown ? shown[..Shown] + "…" : shown)}' is no path in a context: {problem}.");
    }
}
