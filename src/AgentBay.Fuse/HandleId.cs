namespace AgentBay.Fuse;

/// <summary>An open file or directory as the filesystem named it in its open reply (<c>fuse_open_out.fh</c>).</summary>
public readonly record struct HandleId(ulong Value);
