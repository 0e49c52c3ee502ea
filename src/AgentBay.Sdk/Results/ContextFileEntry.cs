namespace AgentBay.Sdk;

/// <summary>A file or a folder of a context in the store.</summary>
public sealed record ContextFileEntry
{
    public required string FileName { get; init; }

    /// <summary>In the context, from its root: <c>/data/report.txt</c>.</summary>
    public required string FilePath { get; init; }

    /// <summary><c>file</c>, <c>folder</c> or <c>symlink</c>.</summary>
    public required string FileType { get; init; }

    /// <summary>Bytes; 0 for a folder.</summary>
    public required long Size { get; init; }

    /// <summary>Null where the store does not keep it.</summary>
    public DateTimeOffset? GmtCreate { get; init; }

    public DateTimeOffset? GmtModified { get; init; }
}
