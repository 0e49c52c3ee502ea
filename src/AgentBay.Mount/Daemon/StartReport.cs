using System.Text.Json.Serialization;
using AgentBay.Fs.Control;

namespace AgentBay.Mount.Daemon;

/// <summary>What a starting mount says, one JSON line each, through the pipe to the program that started it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "report")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Note), "note")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(Failed), "failed")]
internal abstract record StartReport
{
    private StartReport()
    {
    }

    /// <summary>It goes on, but not at once.</summary>
    internal sealed record Waiting(string Message) : StartReport;

    /// <summary>Something that the user should know.</summary>
    internal sealed record Note(string Message) : StartReport;

    /// <summary>The mount answers.</summary>
    internal sealed record Ready(MountInfo Mount) : StartReport;

    /// <summary>There will be no mount.</summary>
    internal sealed record Failed(int ExitCode, string Message) : StartReport;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StartReport))]
internal sealed partial class StartReportJson : JsonSerializerContext;
