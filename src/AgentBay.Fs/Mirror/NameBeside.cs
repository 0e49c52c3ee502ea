using System.Globalization;
using System.Text;

namespace AgentBay.Fs.Mirror;

/// <summary>Names for a second version of a file, beside the first.</summary>
internal static class NameBeside
{
    private const int LongestExtension = 32;

    /// <summary><c>stem</c><paramref name="tag"/><c>[-n].ext</c>, the stem shortened so that the whole has at most 255 bytes.</summary>
    /// <param name="tag">ASCII.</param>
    public static byte[] Of(ReadOnlySpan<byte> name, string tag, int n)
    {
        (byte[] stem, byte[] extension) = Split(name);
        string middle = n == 0 ? tag : string.Create(CultureInfo.InvariantCulture, $"{tag}-{n}");
        return [.. Shorten(stem, TreePath.MaxNameLength - middle.Length - extension.Length), .. Encoding.ASCII.GetBytes(middle), .. extension];
    }

    private static (byte[] Stem, byte[] Extension) Split(ReadOnlySpan<byte> name)
    {
        int dot = name[1..].LastIndexOf((byte)'.') + 1;
        int at = dot > 0 && name.Length - dot <= LongestExtension ? dot : name.Length;
        return (name[..at].ToArray(), name[at..].ToArray());
    }

    /// <summary>Never in the middle of a character.</summary>
    private static ReadOnlySpan<byte> Shorten(ReadOnlySpan<byte> stem, int room)
    {
        if (stem.Length <= room)
        {
            return stem;
        }

        stem = stem[..room];
        while (stem.Length > 1 && (stem[^1] & 0xC0) == 0x80)
        {
            stem = stem[..^1];
        }

        return stem[^1] >= 0xC0 ? stem[..^1] : stem;
    }
}
