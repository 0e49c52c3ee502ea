namespace AgentBay.Fs.Policies;

/// <summary>
/// Which paths of a context are synced, both ways; all others live in the mirror only. The default syncs everything.
/// Names are bytes and count whole; a path is synced when any of the white lists has it.
/// </summary>
public readonly struct PathFilter
{
    private readonly IReadOnlyList<Scope>? scopes;

    private PathFilter(IReadOnlyList<Scope> scopes) => this.scopes = scopes;

    public static PathFilter Everything => default;

    public bool IsEverything => scopes is null;

    /// <summary>No white lists: everything.</summary>
    public static PathFilter Of(BWList list)
    {
        Scope[] scopes = [.. list.WhiteLists.Select(white => new Scope(white.Top, [.. white.Excluded]))];
        return scopes.Length == 0 || scopes.Any(scope => scope.Top.IsRoot && scope.Excluded.Count == 0) ? Everything : new PathFilter(scopes);
    }

    public bool IsSynced(TreePath path)
    {
        foreach (Scope scope in scopes ?? [])
        {
            if (scope.Holds(path))
            {
                return true;
            }
        }

        return scopes is null;
    }

    /// <summary>Not synced itself, and with something below it that is: such a folder is shown, and nothing else is kept of it.</summary>
    public bool LeadsToSynced(TreePath path) => !IsSynced(path) && scopes!.Any(scope => scope.Top.IsAtOrUnder(path) && scope.Top != path && !scope.Excluded.Contains(scope.Top));

    /// <summary>Whether all below a path is synced as the path itself is.</summary>
    public bool IsUniformUnder(TreePath path) =>
        scopes is null || !scopes.Any(scope => IsBelow(scope.Top, path) || scope.Excluded.Any(excluded => IsBelow(excluded, path)));

    /// <summary>What decides for a path, for people; null where everything is synced.</summary>
    public string? RuleOf(TreePath path)
    {
        foreach (Scope scope in scopes ?? [])
        {
            if (scope.Holds(path))
            {
                return $"in the white list path '{scope.Top}'";
            }
        }

        return scopes is null ? null
            : scopes.SelectMany(scope => scope.Excluded).FirstOrDefault(path.IsAtOrUnder) is { IsRoot: false } excluded ? $"excluded by '{excluded}'"
            : $"outside the white list paths ({string.Join(", ", scopes.Select(scope => scope.Top))})";
    }

    private static bool IsBelow(TreePath path, TreePath folder) => path != folder && path.IsAtOrUnder(folder);

    private sealed record Scope(TreePath Top, IReadOnlyList<TreePath> Excluded)
    {
        internal bool Holds(TreePath path) => path.IsAtOrUnder(Top) && !Excluded.Any(path.IsAtOrUnder);
    }
}
