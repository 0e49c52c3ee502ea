using AgentBay.Fs.Policies;
using AgentBay.Posix;

namespace AgentBay.Sdk;

/// <summary>A context as a folder of a session.</summary>
public sealed record ContextSync
{
    /// <exception cref="ArgumentException">The path is not an absolute one, or the id is none: a context's name is not meant.</exception>
    /// <exception cref="PolicyException">A path of the policy repeats the folder's path: it would match nothing. The message has the path that is meant. Or nothing would be synced.</exception>
    public ContextSync(string contextId, string path, SyncPolicy? policy = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(contextId);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Fs.Contexts.ContextId.IsId(contextId))
        {
            throw new ArgumentException(ContextService.NoSuchId(contextId), nameof(contextId));
        }

        if (!System.IO.Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{path}' is not an absolute path of this machine.", nameof(path));
        }

        policy?.Check(System.IO.Path.GetFullPath(path), RealPath.Of);
        (ContextId, Path, Policy) = (contextId, path, policy);
    }

    public string ContextId { get; }

    /// <summary>Absolute. A folder that is not there is made.</summary>
    public string Path { get; }

    /// <summary>Null: everything is synced by itself, both ways.</summary>
    public SyncPolicy? Policy { get; }

    /// <inheritdoc cref="ContextSync(string, string, SyncPolicy?)"/>
    public static ContextSync New(string contextId, string path, SyncPolicy? policy = null) => new(contextId, path, policy);
}
