namespace AgentBay.Fs.Policies;

/// <summary>A file, or a folder with all below it but some.</summary>
public sealed record WhiteList
{
    public WhiteList(string path, params IReadOnlyList<string> excludePaths) => (Path, ExcludePaths) = (path, excludePaths);

    /// <summary>Relative to the mount; empty: everything.</summary>
    /// <exception cref="PolicyException">It has wildcards, or leads out of the context.</exception>
    public string Path
    {
        get;
        init => field = ExactPath.Check(value, "path");
    }

    /// <summary>Relative to <see cref="Path"/>.</summary>
    /// <exception cref="PolicyException">One has wildcards, or leads out of the context.</exception>
    public IReadOnlyList<string> ExcludePaths
    {
        get;
        init => field = [.. value.Select(path => ExactPath.Check(path, "exclude_paths"))];
    }

    /// <param name="path">Relative to the mount, in or below <see cref="Path"/>.</param>
    internal WhiteList Excluding(string path) => this with { ExcludePaths = [.. ExcludePaths, "/" + path.Trim('/')[Path.Trim('/').Length..].Trim('/')] };

    /// <summary>In the tree.</summary>
    internal TreePath Top => ExactPath.ToTreePath(Path, "path");

    /// <summary>In the tree.</summary>
    internal IEnumerable<TreePath> Excluded => ExcludePaths.Select(path => ExactPath.ToTreePath($"{Path.TrimEnd('/')}/{path.TrimStart('/')}", "exclude_paths"));
}
