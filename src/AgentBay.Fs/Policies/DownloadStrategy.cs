using System.Text.Json.Serialization;

namespace AgentBay.Fs.Policies;

/// <summary>How files come in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DownloadStrategy>))]
public enum DownloadStrategy
{
    /// <summary>In the background, while programs work.</summary>
    DownloadAsync,
}
