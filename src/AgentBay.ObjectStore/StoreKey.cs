using System.Text;

namespace AgentBay.ObjectStore;

/// <summary>What <see cref="IObjectStore"/> promises of keys, checked in one place for every store.</summary>
internal static class StoreKey
{
    internal const int MaxBytes = 1023;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="StoreException"><see cref="StoreErrorKind.Refused"/>: empty, over-long, or not Unicode.</exception>
    internal static byte[] ToBytes(string key, int maxBytes = MaxBytes)
    {
        if (key.Length == 0)
        {
            throw new StoreException(StoreErrorKind.Refused, "An object's key cannot be empty.");
        }

        byte[] bytes;
        try
        {
            bytes = Strict.GetBytes(key);
        }
        catch (EncoderFallbackException e)
        {
            throw new StoreException(StoreErrorKind.Refused, $"The key {Show(key)} holds an unpaired surrogate, so it is no Unicode string.", e);
        }

        return bytes.Length <= maxBytes
            ? bytes
            : throw new StoreException(StoreErrorKind.Refused, $"The key {Show(key)} has {bytes.Length} bytes in UTF-8; a store takes at most {maxBytes}.");
    }

    /// <returns>Null when the bytes are not UTF-8.</returns>
    internal static string? FromBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>A key for a message: quoted, shortened, control characters shown.</summary>
    internal static string Show(string key)
    {
        var text = new StringBuilder("'");
        foreach (char c in key.Length <= 120 ? key : key[..120])
        {
            _ = char.IsControl(c) || char.IsSurrogate(c) ? text.Append($"\\u{(int)c:x4}") : text.Append(c);
        }

        return text.Append(key.Length <= 120 ? "'" : "…'").ToString();
    }
}
