using System.Text.Json.Serialization;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>How an upload was begun: the file <c>begin</c> of its folder, which the process that works on it holds by a flock.</summary>
internal sealed record UploadRecord(string Key, DateTimeOffset Begun, string? ContentType, Dictionary<string, string> Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UploadRecord))]
internal sealed partial class UploadJson : JsonSerializerContext;
