using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// What an object's xattr <c>user.agentbay.object</c> says, as JSON: <c>{"etag","size","mtime","modified","type","meta":{}}</c>.
/// It holds while the file has this size and mtime; a file edited by hand afterwards has its ETag computed anew, and no metadata.
/// </summary>
/// <param name="FileTime">The file's mtime when the ETag was made, nanoseconds since the epoch.</param>
/// <param name="Modified">The object's LastModified: the mtime, or later when only metadata was replaced.</param>
internal sealed record ObjectRecord(string ETag, long Size, long FileTime, long Modified, string? ContentType, IReadOnlyDictionary<string, string> Metadata)
{
    internal static ReadOnlySpan<byte> XattrName => "user.agentbay.object"u8;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Compact);
        json.WriteStartObject();
        json.WriteString("etag"u8, ETag);
        json.WriteNumber("size"u8, Size);
        json.WriteNumber("mtime"u8, FileTime);
        json.WriteNumber("modified"u8, Modified);
        if (ContentType != null)
        {
            json.WriteString("type"u8, ContentType);
        }

        if (Metadata.Count > 0)
        {
            json.WriteStartObject("meta"u8);
            foreach (var (name, value) in Metadata)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null when it is not of our making: the file counts as dropped in by hand.</returns>
    internal static ObjectRecord? Parse(ReadOnlySpan<byte> bytes, bool withMetadata)
    {
        try
        {
            var json = new Utf8JsonReader(bytes);
            return Parse(ref json, withMetadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static ObjectRecord? Parse(ref Utf8JsonReader json, bool withMetadata)
    {
        string? etag = null, type = null;
        long size = -1, fileTime = 0, modified = 0;
        var metadata = ObjectInfo.NoMetadata;
        _ = json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string? name = json.GetString();
            _ = json.Read();
            switch (name)
            {
                case "etag": etag = json.GetString(); break;
                case "size": size = json.GetInt64(); break;
                case "mtime": fileTime = json.GetInt64(); break;
                case "modified": modified = json.GetInt64(); break;
                case "type": type = json.GetString(); break;
                case "meta" when withMetadata: metadata = ParseMetadata(ref json); break;
                default: json.Skip(); break;
            }
        }

        return etag == null || size < 0 ? null : new ObjectRecord(etag, size, fileTime, modified, type, metadata);
    }

    private static Dictionary<string, string> ParseMetadata(ref Utf8JsonReader json)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            _ = json.Read();
            metadata[name] = json.GetString() ?? "";
        }

        return metadata;
    }
}
