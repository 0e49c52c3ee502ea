using System.Text.Json.Serialization;

namespace AgentBay.Fs.Policies;

/// <summary>How files are kept in the store.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UploadMode>))]
public enum UploadMode
{
    /// <summary>One object a file.</summary>
    File,

    /// <summary>Compressed, many files an object.</summary>
    Archive,
}
