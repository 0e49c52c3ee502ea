using AgentBay.Fs.Files;

namespace AgentBay.Sdk;

/// <summary>A file or a folder of a context in the store.</summary>
public sealed record ContextFileEntry
{
    public required string FileName { get; init; }

    /// <summary>In the context, from its root: <c>/data/report.txt</c>.</summary>
    public required string FilePath { get; init; }

    /// <summary><c>file</c> or <c>folder</c>.</summary>
    public required string FileType { get; init; }

    /// <summary>Bytes; 0 for a folder.</summary>
    public required long Size { get; init; }

    /// <summary>When this version was stored: a store keeps each whole. Null for a folder.</summary>
    public DateTimeOffset? GmtCreate { get; init; }

    /// <summary>The same.</summary>
    public DateTimeOffset? GmtModified { get; init; }

    internal static ContextFileEntry From(FileEntry entry) => new()
    {
        FileName = entry.Name,
        FilePath = entry.FullName,
        FileType = entry.IsFolder ? "folder" : "file",
        Size = entry.Size,
        GmtCreate = entry.Stored,
        GmtModified = entry.Stored,
    };
}
