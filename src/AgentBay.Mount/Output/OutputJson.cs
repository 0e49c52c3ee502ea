using System.Text.Json.Serialization;

namespace AgentBay.Mount.Output;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<MountReport>))]
[JsonSerializable(typeof(List<ContextReport>))]
[JsonSerializable(typeof(FsckReport))]
[JsonSerializable(typeof(List<TaskReport>))]
[JsonSerializable(typeof(RuleReport))]
[JsonSerializable(typeof(List<ConflictReport>))]
[JsonSerializable(typeof(FileListReport))]
[JsonSerializable(typeof(FileReport))]
[JsonSerializable(typeof(FileDeletionReport))]
[JsonSerializable(typeof(UrlReport))]
internal sealed partial class OutputJson : JsonSerializerContext;
