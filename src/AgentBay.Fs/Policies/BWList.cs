namespace AgentBay.Fs.Policies;

/// <summary>Which paths are synced; without white lists, all.</summary>
public sealed record BWList
{
    public IReadOnlyList<WhiteList> WhiteLists { get; init; } = [];

    /// <summary>The same without a path, whichever white lists it is in.</summary>
    /// <param name="path">Relative to the mount.</param>
    /// <exception cref="PolicyException">It has wildcards, or is in none of them.</exception>
    public BWList Excluding(string path)
    {
        TreePath excluded = ExactPath.ToTreePath(ExactPath.Check(path, "exclude_paths"), "exclude_paths");
        IReadOnlyList<WhiteList> all = WhiteLists.Count == 0 ? [new WhiteList("")] : WhiteLists;
        return all.Any(list => excluded.IsAtOrUnder(list.Top))
            ? new BWList { WhiteLists = [.. all.Select(list => excluded.IsAtOrUnder(list.Top) ? list.Excluding(path) : list)] }
            : throw new PolicyException($"'{path}' is in none of the white list paths ({string.Join(", ", all.Select(list => list.Path))}): there is nothing to exclude.");
    }

    /// <exception cref="PolicyException">Each white list excludes its own path: nothing is left of any.</exception>
    internal void RefuseNothing()
    {
        if (WhiteLists.Count > 0 && WhiteLists.All(list => list.Excluded.Contains(list.Top)))
        {
            throw new PolicyException(
                $"Nothing would be synced: of {string.Join(", ", WhiteLists.Select(list => $"white list path '{list.Top}'"))} everything is excluded. "
                + "Exclude folders and files inside it, or none.");
        }
    }

    public bool IsSameAs(BWList other) =>
        WhiteLists.Count == other.WhiteLists.Count
        && WhiteLists.Zip(other.WhiteLists).All(pair => pair.First.Path == pair.Second.Path && pair.First.ExcludePaths.SequenceEqual(pair.Second.ExcludePaths));
}
