namespace AgentBay.Mount.Mounts;

/// <summary>A line of <c>/proc/self/mountinfo</c>.</summary>
internal sealed record MountEntry(string MountPoint, string Type, string Source)
{
    /// <summary>The type of our mounts.</summary>
    internal const string OurType = "fuse." + OurSubtype;

    internal const string OurSubtype = "agentbay";

    private const string SourcePrefix = "agentbay:";

    /// <summary>The state folder of a mount of ours; null for any other.</summary>
    internal string? StateFolder =>
        Type == OurType && Source.StartsWith(SourcePrefix, StringComparison.Ordinal) && Path.IsPathRooted(Source[SourcePrefix.Length..])
            ? Source[SourcePrefix.Length..]
            : null;

    internal static string SourceOf(string stateFolder) => SourcePrefix + stateFolder;
}
