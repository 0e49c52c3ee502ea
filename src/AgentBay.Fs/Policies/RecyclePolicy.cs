namespace AgentBay.Fs.Policies;

/// <summary>How long data is kept in the store, from its upload. Stores expire by prefix, so a folder can be said and a single file cannot.</summary>
public sealed record RecyclePolicy
{
    public Lifecycle Lifecycle { get; init; }

    /// <summary>Folders, with all below them; empty text: everything. One that turns out to be a file is refused when the policy is applied.</summary>
    /// <exception cref="PolicyException">One has wildcards, or leads out of the context.</exception>
    public IReadOnlyList<string> Paths
    {
        get;
        init => field = [.. value.Select(path => ExactPath.Check(path, "recycle policy paths"))];
    } = [""];

    internal IEnumerable<TreePath> Folders => Paths.Select(path => ExactPath.ToTreePath(path, "recycle policy paths")).Distinct();
}
