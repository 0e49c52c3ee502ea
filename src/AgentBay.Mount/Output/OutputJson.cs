using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

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
internal sealed partial class OutputJson : JsonSerializerContext
{
    internal static void Print<T>(T value, JsonTypeInfo<T> type) => Console.WriteLine(JsonSerializer.Serialize(value, type));
}
