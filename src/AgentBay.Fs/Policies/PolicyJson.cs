using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentBay.Fs.Policies;

[JsonSerializable(typeof(SyncPolicy))]
internal sealed partial class PolicyJson : JsonSerializerContext
{
    private static readonly PolicyJson Wire = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Paths stay legible; nothing of this goes into HTML.
    });

    internal static string Write(SyncPolicy policy) => JsonSerializer.Serialize(policy, Wire.SyncPolicy);
}
