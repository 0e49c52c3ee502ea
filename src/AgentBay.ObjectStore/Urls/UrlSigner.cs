using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AgentBay.ObjectStore.Urls;

/// <summary>
/// Makes and checks the URLs of a <see cref="UrlEndpoint"/>: <c>http://127.0.0.1:port/o/&lt;key&gt;/&lt;name&gt;?expires=…&amp;signature=…</c>.
/// The key is base64url of its UTF-8 bytes, as clients change what looks like <c>..</c> or an escape; the name after it is for people and means nothing.
/// The signature is HMAC-SHA256 over use, expiry and key.
/// </summary>
internal sealed class UrlSigner(byte[] secret)
{
    internal const int SecretSize = 32;

    private const string Root = "/o/";

    internal PresignedUrl Sign(Uri server, string key, PresignedUse use, DateTimeOffset expiresAt)
    {
        long expires = expiresAt.ToUnixTimeSeconds();
        string path = $"{Root}{Base64Url.EncodeToString(StoreKey.ToBytes(key))}/{NameOf(key)}";
        string query = string.Create(CultureInfo.InvariantCulture, $"expires={expires}&signature={Signature(use, expires, key)}");
        return new PresignedUrl(new Uri(server, $"{path}?{query}"), DateTimeOffset.FromUnixTimeSeconds(expires));
    }

    /// <returns>The key; null when this URL does not allow this use now.</returns>
    internal string? Verify(PresignedUse use, Uri url, DateTimeOffset now)
    {
        if (KeyOf(url) is not { } key || ParseQuery(url) is not ({ } expires, { } signature) || now.ToUnixTimeSeconds() >= expires)
        {
            return null;
        }

        ReadOnlySpan<byte> expected = Encoding.ASCII.GetBytes(Signature(use, expires, key));
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature)) ? key : null;
    }

    private string Signature(PresignedUse use, long expires, string key)
    {
        string text = $"{(use == PresignedUse.Put ? "PUT" : "GET")}\n{expires.ToString(CultureInfo.InvariantCulture)}\n{key}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));
    }

    private static string? KeyOf(Uri url)
    {
        string path = url.AbsolutePath;
        if (!path.StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        string key = path[Root.Length..];
        int slash = key.IndexOf('/', StringComparison.Ordinal);
        key = slash < 0 ? key : key[..slash];
        return key.Length > 0 && Base64Url.IsValid(key) ? StoreKey.FromBytes(Base64Url.DecodeFromChars(key)) : null;
    }

    private static (long? Expires, string? Signature) ParseQuery(Uri url)
    {
        var parts = url.Query.TrimStart('?').Split('&').Select(static p => p.Split('=', 2)).Where(static p => p.Length == 2).ToLookup(static p => p[0], static p => p[1]);
        return (long.TryParse(parts["expires"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out long expires) ? expires : null,
            parts["signature"].FirstOrDefault());
    }

    /// <summary>The last segment, where every client leaves it as it is.</summary>
    private static string NameOf(string key)
    {
        string name = key[(key.LastIndexOf('/') + 1)..];
        return name is "." or ".." || name.Any(char.IsControl) ? "" : Uri.EscapeDataString(name);
    }
}
