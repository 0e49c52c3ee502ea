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
        int dot = ExtensionStart(name);
        ReadOnlySpan<byte> extension = name[dot..];
        string middle = n == 0 ? tag : string.Create(CultureInfo.InvariantCulture, $"{tag}-{n}");
        return [.. Shorten(name[..dot], TreePath.MaxNameLength - middle.Length - extension.Length), .. Encoding.ASCII.GetBytes(middle), .. extension];
    }

    /// <summary>Where <c>.ext</c> begins; the end, when there is none.</summary>
    public static int ExtensionStart(ReadOnlySpan<byte> name)
    {
        int dot = name.Length > 1 ? name[1..].LastIndexOf((byte)'.') + 1 : 0;
        return dot > 0 && name.Length - dot <= LongestExtension ? dot : name.Length;
    }

    /// <summary>Never in the middle of a character.</summary>
    public static ReadOnlySpan<byte> Shorten(ReadOnlySpan<byte> stem, int room)
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
