using System.Security.Cryptography;

namespace AgentBay.ObjectStore;

/// <summary>The ETags that S3 gives: an object's MD5, or for parts the MD5 of their MD5s and their number.</summary>
#pragma warning disable CA5351 // MD5 is what S3 speaks; here it tells versions and broken transfers, not attackers.
internal static class ETags
{
    internal static byte[] Hash(ReadOnlySpan<byte> body) => MD5.HashData(body);

    internal static string Of(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(Hash(body));

    internal static string OfParts(IReadOnlyCollection<byte[]> hashes) =>
        $"{Convert.ToHexStringLower(Hash([.. hashes.SelectMany(static h => h)]))}-{hashes.Count}";

    /// <summary>Without its quotes and without the mark of a weak one.</summary>
    internal static string Unquote(string etag)
    {
        string text = etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag;
        return text.Trim('"');
    }
}
