using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentBay.Fs.Contexts;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContextDocument))]
[JsonSerializable(typeof(NameEntry))]
internal sealed partial class ContextJson : JsonSerializerContext;
