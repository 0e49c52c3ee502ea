using System.Text.Json.Serialization;

namespace AgentBay.Fs.Control;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlRequest.Status), TypeInfoPropertyName = "StatusRequest")]
[JsonSerializable(typeof(ControlRequest.Path), TypeInfoPropertyName = "PathRequest")]
[JsonSerializable(typeof(ControlRequest.Rule), TypeInfoPropertyName = "RuleRequest")]
[JsonSerializable(typeof(ControlRequest.Conflicts), TypeInfoPropertyName = "ConflictsRequest")]
[JsonSerializable(typeof(ControlRequest.Tasks), TypeInfoPropertyName = "TasksRequest")]
[JsonSerializable(typeof(ControlReply))]
internal sealed partial class ControlJson : JsonSerializerContext;
