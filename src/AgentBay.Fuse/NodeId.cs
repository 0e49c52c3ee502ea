namespace AgentBay.Fuse;

/// <summary>A node as the kernel names it (<c>fuse_in_header.nodeid</c>): chosen by the filesystem, valid from the entry reply that gave it until it is forgotten.</summary>
public readonly record struct NodeId(ulong Value)
{
    /// <summary><c>FUSE_ROOT_ID</c>.</summary>
    public static NodeId Root => new(1);
}
