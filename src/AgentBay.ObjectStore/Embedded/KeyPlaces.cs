using System.Buffers;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// The places where a key's file may be. INVARIANT: it is in one of them, and moves only from <see cref="Plain"/> to
/// <see cref="Escaped"/> (when a folder takes its name), so a reader that looks at the plain one first never misses it.
/// </summary>
internal sealed class KeyPlaces
{
    private KeyPlaces(string key, Place? plain, Place escaped)
    {
        Key = key;
        Plain = plain;
        Escaped = escaped;
    }

    internal string Key { get; }

    /// <summary>Null when the last segment cannot be a name.</summary>
    internal Place? Plain { get; }

    internal Place Escaped { get; }

    /// <summary>The folder that every place of this key is in or below.</summary>
    internal byte[] Folder { get; private init; } = [];

    internal static KeyPlaces Of(string key)
    {
        ReadOnlySpan<byte> bytes = StoreKey.ToBytes(key);
        int slash = bytes.LastIndexOf((byte)'/');
        var last = bytes[(slash + 1)..];
        byte[] folder = FolderPath(bytes[..(slash + 1)]);
        var escaped = new ArrayBufferWriter<byte>();
        if (folder.Length > 0)
        {
            escaped.Write(folder);
            escaped.Write("/"u8);
        }

        NameCodec.AppendEscaped(escaped, last, NameCodec.ObjectMark);
        Place? plain = NameCodec.IsPlain(last) ? new Place(folder, last.ToArray()) : null;
        return new KeyPlaces(key, plain, Place.At(escaped.WrittenSpan)) { Folder = folder };
    }

    /// <param name="prefix">Empty, or whole segments each ended by '/'.</param>
    internal static byte[] FolderPath(ReadOnlySpan<byte> prefix)
    {
        var path = new ArrayBufferWriter<byte>();
        while (!prefix.IsEmpty)
        {
            int end = prefix.IndexOf((byte)'/');
            var segment = prefix[..end];
            if (path.WrittenCount > 0)
            {
                path.Write("/"u8);
            }

            if (NameCodec.IsPlain(segment))
            {
                path.Write(segment);
            }
            else
            {
                NameCodec.AppendEscaped(path, segment, NameCodec.FolderMark);
            }

            prefix = prefix[(end + 1)..];
        }

        return path.WrittenSpan.ToArray();
    }
}
