using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Metadata;

/// <summary>What a foreign object is given, which says nothing of itself.</summary>
public sealed record DefaultAttributes
{
    public static DefaultAttributes Standard { get; } = new();

    /// <summary>Permission bits (07777).</summary>
    public uint FileMode { get; init; } = EntryAttributes.DefaultFileMode;

    /// <summary>Permission bits (07777).</summary>
    public uint FolderMode { get; init; } = EntryAttributes.DefaultFolderMode;

    /// <summary>Null: whoever runs the daemon.</summary>
    public uint? Uid { get; init; }
    public uint? Gid { get; init; }
}
