namespace AgentBay.ObjectStore;

/// <summary>How a store's presigned URLs are answered.</summary>
public sealed record UrlServing
{
    /// <summary>Whether other processes sign for this endpoint too: whoever starts it keeps it until the last URL that they gave out has expired. Else only the store that serves signs for it.</summary>
    public bool ForOtherProcesses { get; init; }

    /// <summary>Given the key of a PUT: who may refuse it. Null: what is signed is stored.</summary>
    public Func<string, IPutGuard>? GuardOf { get; init; }
}
