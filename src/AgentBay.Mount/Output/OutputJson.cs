using System.Text.Json.Serialization;

namespace AgentBay.Mount.Output;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<MountReport>))]
[JsonSerializable(typeof(List<ContextReport>))]
[JsonSerializable(typeof(List<TaskReport>))]
[JsonSerializable(typeof(List<ConflictReport>))]
internal sealed partial class OutputJson : JsonSerializerContext;
