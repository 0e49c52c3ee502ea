namespace AgentBay.Fs.Policies;

/// <summary>How long data is kept in the store, from its upload.</summary>
public sealed record RecyclePolicy
{
    public Lifecycle Lifecycle { get; init; }

    /// <summary>Files, and folders with all below them; empty text: everything.</summary>
    /// <exception cref="PolicyException">One has wildcards, or leads out of the context.</exception>
    public IReadOnlyList<string> Paths
    {
        get;
        init => field = [.. value.Select(path => ExactPath.Check(path, "recycle policy paths"))];
    } = [""];
}
