using System.Text.Json.Serialization;

namespace AgentBay.ObjectStore.Embedded;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ExpiryRule[]))]
internal sealed partial class ExpiryJson : JsonSerializerContext;
