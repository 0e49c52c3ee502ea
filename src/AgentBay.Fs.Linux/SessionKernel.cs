namespace AgentBay.Fs.Linux;

/// <summary>The kernel behind a session. What it does not know any more needs no invalidation, so errors say nothing.</summary>
internal sealed class SessionKernel(FuseSession session) : IKernel
{
    public FuseDataPath DataPath => session.DataPath;

    public Errno OpenBacking(SafeFileHandle file, out BackingId id) => session.OpenBacking(file, out id);

    public void CloseBacking(BackingId id) => _ = session.CloseBacking(id);

    public void InvalidateEntry(NodeId parent, ReadOnlySpan<byte> name, bool expireOnly) => _ = session.Notify.InvalidateEntry(parent, name, expireOnly);

    public void InvalidateAttributes(NodeId node) => _ = session.Notify.InvalidateInode(node, offset: -1);
}
