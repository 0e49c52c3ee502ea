namespace AgentBay.Fs.Mirror;

/// <summary>
/// The private folder (0700) of one store and context: <c>tree/</c>, <c>staging/</c>, <c>index.db</c>, <c>lock</c>, <c>control.sock</c>, <c>mount.json</c>.
/// Its lock is held as long as this lives, and is freed by the system when the process ends.
/// </summary>
public sealed class StateFolder : IDisposable
{
    /// <summary>Root: <c>/var/lib/agentbay</c>; a user: <c>$XDG_STATE_HOME/agentbay</c>, else <c>~/.local/state/agentbay</c>.</summary>
    public static string DefaultCacheDirectory => throw new NotImplementedException();

    /// <summary>Creates what is missing and takes the lock.</summary>
    /// <exception cref="MirrorInUseException">Another process holds it.</exception>
    public static StateFolder Open(string cacheDirectory, string storeUrl, string contextId) => throw new NotImplementedException();

    /// <summary>Takes the lock of a folder that is there (a dead mount's); null when another process holds it or it is no state folder.</summary>
    public static StateFolder? TryOpen(string path) => throw new NotImplementedException();

    /// <summary>Absolute. <c>&lt;cache directory&gt;/&lt;context id&gt;-&lt;12 hex of the store URL's hash&gt;</c>.</summary>
    public string Path => throw new NotImplementedException();

    public string TreeDirectory => System.IO.Path.Combine(Path, "tree");

    public string StagingDirectory => System.IO.Path.Combine(Path, "staging");

    public string IndexFile => System.IO.Path.Combine(Path, "index.db");

    public string ControlSocket => System.IO.Path.Combine(Path, "control.sock");

    /// <summary>Writes who mounts this now, for the error of the next one and for status.</summary>
    public void WriteHolder(MountHolder holder) => throw new NotImplementedException();

    /// <summary>Who wrote itself last; null when nobody did or it cannot be read.</summary>
    public static MountHolder? ReadHolder(string path) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>The process that mounts a mirror.</summary>
public sealed record MountHolder(int Pid, string MountPoint, string StoreUrl, string ContextId, string ContextName);

/// <summary>Another process holds this mirror.</summary>
public sealed class MirrorInUseException(string path, MountHolder? holder)
    : IOException(holder is null ? $"The mirror {path} is in use by another process." : $"Context '{holder.ContextName}' is already mounted on {holder.MountPoint} by process {holder.Pid}.")
{
    public MountHolder? Holder { get; } = holder;
}
