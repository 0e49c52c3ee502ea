using System.Text.Json.Serialization;

namespace AgentBay.Mount.Output;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<MountReport>))]
[JsonSerializable(typeof(List<ContextReport>))]
[JsonSerializable(typeof(FsckReport))]
internal sealed partial class OutputJson : JsonSerializerContext;
