namespace AgentBay.Fs.Policies;

/// <summary>Finds paths of a policy that repeat what they are relative to. Without a leading slash a path is never taken for one of this machine.</summary>
/// <param name="name">As messages name it.</param>
/// <param name="typed">The top as it was written.</param>
/// <param name="real">And without links. Only the mount point itself is ever resolved: below it may be a mount that does not answer.</param>
internal sealed class RepeatedPath(string name, string typed, string real, Func<string, string> realPath)
{
    /// <param name="mountPoint">Absolute.</param>
    internal static RepeatedPath OfMount(string mountPoint, Func<string, string> realPath) => new("the mount point", mountPoint.TrimEnd('/'), realPath(mountPoint).TrimEnd('/'), realPath);

    /// <param name="list">A white list path.</param>
    internal RepeatedPath Below(string list) => list.Trim('/') is { Length: > 0 } rest ? new($"{name} and its white list path", $"{typed}/{rest}", $"{real}/{rest}", realPath) : this;

    private string Top => typed == real ? $"'{typed}'" : $"'{typed}' (which is '{real}')";

    /// <exception cref="PolicyException">It repeats it.</exception>
    internal void Refuse(string what, string path)
    {
        if (RestOf(path) is { } rest)
        {
            throw new PolicyException(
                $"{what} '{path}' repeats {name} {Top}: paths are relative to it. Use '{(rest.Length == 0 ? "/" : rest)}' instead "
                + $"(or '{path.TrimStart('/')}' for what has that very path below it).");
        }
    }

    /// <param name="path">Relative to <paramref name="list"/>, and not below it where it repeats the top.</param>
    /// <exception cref="PolicyException">It repeats it.</exception>
    internal void RefuseOutside(string what, string path, string list)
    {
        if (RestOf(path) is not null)
        {
            throw new PolicyException(
                $"{what} '{path}' repeats {name} {Top}, and is not below its white list path '{list}', which it is relative to: it would exclude nothing "
                + $"(use '{path.TrimStart('/')}' for what has that very path below it).");
        }
    }

    /// <returns>What follows the top, with a slash before it; null where the path does not repeat it.</returns>
    private string? RestOf(string path)
    {
        if (!path.StartsWith('/') || real.Length == 0)
        {
            return null;
        }

        string full = "/" + path.Trim('/');
        return Rest(full, typed) ?? Rest(full, real) ?? Rest(realPath(full), real);
    }

    private static string? Rest(string path, string top) =>
        path == top || path.StartsWith(top + "/", StringComparison.Ordinal) ? path[top.Length..] : null;
}
