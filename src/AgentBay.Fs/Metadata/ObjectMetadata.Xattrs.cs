using System.Buffers;
using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;

namespace AgentBay.Fs.Metadata;

public static partial class ObjectMetadata
{
    private const string UserNamespace = "user.";

    /// <summary>Marks of the mirror: never taken from a store, where anybody may have written them.</summary>
    private const string OwnNamespace = "user.agentbay.";

    private const int MaxXattrName = 255;
    private const int MaxXattrValue = 65536;

    /// <summary>The same for equal xattrs: in the order of their names.</summary>
    public static string FormatXattrs(IReadOnlyDictionary<string, byte[]> xattrs)
    {
        ArgumentNullException.ThrowIfNull(xattrs);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in xattrs.OrderBy(xattr => xattr.Key, StringComparer.Ordinal))
            {
                writer.WriteBase64String(name, value);
            }

            writer.WriteEndObject();
        }

        return Uri.EscapeDataString(Encoding.UTF8.GetString(json.WrittenSpan));
    }

    /// <summary>The xattrs of the <c>user.</c> namespace, except ours; none when the value is not their JSON.</summary>
    public static IReadOnlyDictionary<string, byte[]> ParseXattrs(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return ReadOnlyDictionary<string, byte[]>.Empty;
        }

        var xattrs = new Dictionary<string, byte[]>();
        try
        {
            using JsonDocument json = JsonDocument.Parse(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(value)));
            foreach (JsonProperty xattr in json.RootElement.EnumerateObject())
            {
                if (IsUserXattr(xattr.Name) && xattr.Value.ValueKind == JsonValueKind.String
                    && xattr.Value.TryGetBytesFromBase64(out byte[]? bytes) && bytes.Length <= MaxXattrValue)
                {
                    xattrs[xattr.Name] = bytes;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Not JSON, not an object, or half a surrogate pair in it: all or nothing.
            return ReadOnlyDictionary<string, byte[]>.Empty;
        }

        return xattrs;
    }

    private static bool IsUserXattr(string name) =>
        name.StartsWith(UserNamespace, StringComparison.Ordinal) && name.Length > UserNamespace.Length
        && !name.StartsWith(OwnNamespace, StringComparison.Ordinal)
        && !name.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(name) <= MaxXattrName;
}
