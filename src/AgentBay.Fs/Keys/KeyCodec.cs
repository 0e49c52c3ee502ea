using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AgentBay.Fs.Keys;

/// <summary>
/// Paths ↔ object keys below a context's prefix. Pure, total on names, and reversible: whatever a program may call a file has a key,
/// and whatever key another tool made has a path, or is unrepresentable and is reported. An ordinary name, which is valid UTF-8
/// without control characters, is its own key.
/// <para>The escape is <c>‛HH</c> (U+201B and two upper-case hex digits), as rclone writes it: a byte that the other side can hold
/// and this side cannot.</para>
/// <code>
/// name (bytes)              key
/// a.txt, ü, ‛okina          a.txt, ü, ‛okina     ‛ alone means nothing
/// FF                        ‛FF                  a byte that is not UTF-8; also U+FFFE and U+FFFF, byte by byte
/// 0A                        ‛0A                  a control character (01 to 1F): XML 1.0 cannot carry it, so DeleteObjects could not name it
/// ‛0A, ‛00                  0A, NUL              and one that another tool has put into a key
/// ‛FF                       ‛‛FF                 each ‛ before two digits that would be an escape is doubled, on either side
/// ‛.  ‛..  ‛‛.              .  ..  ‛.            segments that cannot be names have a ‛ before them
/// ‛/ (a folder)             / (empty segment)    a//b is a/‛/b; for folders only, as a/ is no file
/// </code>
/// <para>Not escaped: a leading '/' or '\', which OSS refuses, as every full key begins with <c>contexts/</c>.</para>
/// </summary>
public static class KeyCodec
{
    /// <summary>UTF-8 bytes of a key below the prefix: what every store takes (1,023), less <c>contexts/SdkCtx-…/</c>.</summary>
    public const int MaxKeyBytes = 1023 - 37;

    private const char Separator = '/';

    /// <summary>Ends the name of a file whose own name a folder has taken.</summary>
    private const string ShadowSuffix = "‛file";

    private static readonly SearchValues<char> NotOrdinary =
        SearchValues.Create([.. Enumerable.Range(0, KeyText.FirstPrintable).Select(c => (char)c), KeyText.Mark, '\uFFFE', '\uFFFF']);

    /// <summary>The key of a path.</summary>
    /// <param name="folder">The folder's marker: the key ends with '/'; the root's is empty.</param>
    /// <returns>False when the key would be longer than <paramref name="maxKeyBytes"/>, and for the root as a file.</returns>
    public static bool TryEncode(TreePath path, bool folder, [NotNullWhen(true)] out string? key, int maxKeyBytes = MaxKeyBytes)
    {
        key = folder ? "" : null;
        if (path.IsRoot)
        {
            return folder;
        }

        var encoded = new StringBuilder(path.Bytes.Length + 1);
        ReadOnlySpan<byte> rest = path.Bytes;
        while (rest.IndexOf((byte)Separator) is >= 0 and var slash)
        {
            _ = encoded.Append(EncodeSegment(rest[..slash], folder: true)).Append(Separator);
            rest = rest[(slash + 1)..];
        }

        _ = encoded.Append(EncodeSegment(rest, folder)).Append(folder ? "/" : "");
        key = encoded.ToString();
        return Encoding.UTF8.GetByteCount(key) <= maxKeyBytes;
    }

    /// <summary>The path of a key. Hostile input: never throws, and the path is always inside the tree.</summary>
    /// <param name="isFolderMarker">The key is empty (the root's marker) or ends with '/'.</param>
    /// <returns>False when no path has this key: a name would pass 255 bytes, the key is too long or not Unicode, or it spells an escape as <see cref="TryEncode"/> never would.</returns>
    public static bool TryDecode(string key, out TreePath path, out bool isFolderMarker, int maxKeyBytes = MaxKeyBytes)
    {
        ArgumentNullException.ThrowIfNull(key);
        path = TreePath.Root;
        isFolderMarker = key.Length == 0 || key[^1] == Separator;
        if (key.Length == 0)
        {
            return true;
        }

        if (Encoding.UTF8.GetByteCount(key) > maxKeyBytes)
        {
            return false;
        }

        ReadOnlySpan<char> rest = isFolderMarker ? key.AsSpan(0, key.Length - 1) : key;
        var bytes = new ArrayBufferWriter<byte>(key.Length + 16);
        while (rest.IndexOf(Separator) is >= 0 and var slash)
        {
            if (DecodeSegment(rest[..slash], folder: true) is not { } folder)
            {
                return false;
            }

            bytes.Write(folder);
            bytes.Write("/"u8);
            rest = rest[(slash + 1)..];
        }

        if (DecodeSegment(rest, isFolderMarker) is not { } name)
        {
            return false;
        }

        bytes.Write(name);
        path = TreePath.Parse(bytes.WrittenSpan);
        return true;
    }

    /// <summary>The name that a key segment (without '/') stands for.</summary>
    /// <param name="folder">The segment is followed by '/': it may be empty.</param>
    /// <returns>Null when there is none.</returns>
    public static byte[]? DecodeSegment(string segment, bool folder = false)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return DecodeSegment(segment.AsSpan(), folder);
    }

    /// <summary>
    /// Where an object appears whose own place a folder has taken: <c>a</c> beside <c>a/…</c> is the file <c>a‛file</c>,
    /// and the body of the marker <c>d/</c> is the file <c>d/‛file</c>.
    /// </summary>
    /// <returns>False when there is no room for it in 255 bytes, or the key has no path at all.</returns>
    public static bool TryDecodeShadowed(string key, out TreePath path, int maxKeyBytes = MaxKeyBytes)
    {
        if (!TryDecode(key, out TreePath shadowed, out bool isFolderMarker, maxKeyBytes))
        {
            path = TreePath.Root;
            return false;
        }

        TreePath folder = isFolderMarker ? shadowed : shadowed.Parent;
        byte[] name = [.. isFolderMarker ? [] : shadowed.Name, .. Encoding.UTF8.GetBytes(ShadowSuffix)];
        bool fits = TreePath.IsName(name);
        path = fits ? folder.Append(name) : TreePath.Root;
        return fits;
    }

    /// <summary>
    /// The key behind a path that <see cref="TryDecodeShadowed"/> has made. A program may give a file such a name too, and that one's
    /// key is <see cref="TryEncode"/>'s; which of them a path is, the baseline knows by its key.
    /// </summary>
    /// <returns>False when the path does not have that form, or its key is too long.</returns>
    public static bool TryEncodeShadowed(TreePath path, [NotNullWhen(true)] out string? key, int maxKeyBytes = MaxKeyBytes)
    {
        key = null;
        byte[] suffix = Encoding.UTF8.GetBytes(ShadowSuffix);
        if (!path.Name.EndsWith(suffix))
        {
            return false;
        }

        ReadOnlySpan<byte> name = path.Name[..^suffix.Length];
        return name.IsEmpty ? TryEncode(path.Parent, folder: true, out key, maxKeyBytes)
            : TreePath.IsName(name) && TryEncode(path.Parent.Append(name), folder: false, out key, maxKeyBytes);
    }

    /// <summary>The name under which a file shows whose own name a folder has.</summary>
    public static string ShadowOf(string name) => name + ShadowSuffix;

    private static string EncodeSegment(ReadOnlySpan<byte> name, bool folder)
    {
        string text = Encoding.UTF8.GetString(name);
        if (!text.AsSpan().ContainsAny(NotOrdinary) && !text.Contains('\uFFFD', StringComparison.Ordinal))
        {
            return text;
        }

        return KeyText.IsReserved(text.AsSpan().TrimStart(KeyText.Mark), folder) ? text[1..] : KeyText.Encode(name);
    }

    private static byte[]? DecodeSegment(ReadOnlySpan<char> segment, bool folder)
    {
        byte[] name;
        if (KeyText.IsReserved(segment.TrimStart(KeyText.Mark), folder))
        {
            name = Encoding.UTF8.GetBytes($"{KeyText.Mark}{segment}");
        }
        else if (!segment.ContainsAny(NotOrdinary))
        {
            name = Encoding.UTF8.GetBytes(segment.ToArray());
        }
        else
        {
            name = KeyText.Decode(segment);
        }

        // INVARIANT: a name has one key. A key that is not its name's own would be overwritten by it, so it has no name.
        return TreePath.IsName(name) && segment.SequenceEqual(EncodeSegment(name, folder)) ? name : null;
    }
}
