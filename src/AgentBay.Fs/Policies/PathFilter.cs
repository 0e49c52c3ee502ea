namespace AgentBay.Fs.Policies;

/// <summary>Which paths of a context are synced, both ways; all others live in the mirror only. The default syncs everything.</summary>
public readonly struct PathFilter
{
    private readonly IReadOnlyList<TreePath>? included;

    private PathFilter(IReadOnlyList<TreePath> included) => this.included = included;

    public static PathFilter Everything => default;

    /// <summary>Only these files and folders with all below them.</summary>
    public static PathFilter Only(params IReadOnlyList<TreePath> included) => new(included);

    public bool IsSynced(TreePath path) => included is null || included.Any(folder => path.IsAtOrUnder(folder));
}
