using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentBay.Fs.Contexts;

/// <summary><c>.agentbay/store.json</c>.</summary>
internal sealed record StoreDocument(string Id, DateTimeOffset CreatedAt);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoreDocument))]
internal sealed partial class StoreJson : JsonSerializerContext;
