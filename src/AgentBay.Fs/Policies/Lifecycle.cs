using System.Text.Json.Serialization;

namespace AgentBay.Fs.Policies;

/// <summary>How long data is kept after its upload. A member's value is its days.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Lifecycle>))]
public enum Lifecycle
{
    [JsonStringEnumMemberName("Lifecycle_Forever")]
    Forever = 0,

    [JsonStringEnumMemberName("Lifecycle_1Day")]
    Days1 = 1,

    [JsonStringEnumMemberName("Lifecycle_3Days")]
    Days3 = 3,

    [JsonStringEnumMemberName("Lifecycle_5Days")]
    Days5 = 5,

    [JsonStringEnumMemberName("Lifecycle_10Days")]
    Days10 = 10,

    [JsonStringEnumMemberName("Lifecycle_15Days")]
    Days15 = 15,

    [JsonStringEnumMemberName("Lifecycle_30Days")]
    Days30 = 30,

    [JsonStringEnumMemberName("Lifecycle_90Days")]
    Days90 = 90,

    [JsonStringEnumMemberName("Lifecycle_180Days")]
    Days180 = 180,

    [JsonStringEnumMemberName("Lifecycle_360Days")]
    Days360 = 360,
}
