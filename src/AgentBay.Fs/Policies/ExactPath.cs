using System.Text;

namespace AgentBay.Fs.Policies;

/// <summary>Paths as policies write them: <c>/src</c>, <c>src</c> and <c>src/</c> are the same; <c>""</c> and <c>/</c> are everything.</summary>
internal static class ExactPath
{
    /// <param name="part">As messages name it, for example <c>exclude_paths</c>.</param>
    /// <exception cref="PolicyException">It has wildcards, or leads out of the context.</exception>
    internal static string Check(string path, string part)
    {
        if (path.AsSpan().ContainsAny("*?[]"))
        {
            throw new PolicyException($"Wildcard patterns are not supported in {part}. Got: {path}. Please use exact directory paths instead.");
        }

        _ = ToTreePath(path, part);
        return path;
    }

    internal static TreePath ToTreePath(string path, string part)
    {
        try
        {
            return TreePath.Parse(Encoding.UTF8.GetBytes(path.Trim('/')));
        }
        catch (FormatException error)
        {
            throw new PolicyException($"Invalid path in {part}: '{path}' is not a path inside the context.", error);
        }
    }
}
