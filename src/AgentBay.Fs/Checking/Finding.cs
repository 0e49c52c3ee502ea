namespace AgentBay.Fs.Checking;

/// <summary>One thing that fsck found.</summary>
/// <param name="Path">In the context; null where it is about no name.</param>
/// <param name="Key">In the store; null where it is about no object.</param>
/// <param name="What">In words.</param>
public sealed record Finding(FindingClass Class, bool IsProblem, Mend Mend, TreePath? Path, string? Key, string What)
{
    /// <summary>Of an upload in parts.</summary>
    public string? UploadId { get; init; }

    /// <summary>Of an object: the version that was judged.</summary>
    public string? ETag { get; init; }

    /// <summary>The repair is done.</summary>
    public bool Repaired { get; init; }

    /// <summary>Why the repair could not be done.</summary>
    public string? Failure { get; init; }
}
