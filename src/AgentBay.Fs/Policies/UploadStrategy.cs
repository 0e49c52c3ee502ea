using System.Text.Json.Serialization;

namespace AgentBay.Fs.Policies;

/// <summary>Until when everything is uploaded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UploadStrategy>))]
public enum UploadStrategy
{
    /// <summary>Before the session, here the mount, is released.</summary>
    UploadBeforeResourceRelease,
}
