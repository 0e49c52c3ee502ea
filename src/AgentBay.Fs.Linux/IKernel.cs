namespace AgentBay.Fs.Linux;

/// <summary>What the filesystem asks of the kernel by itself. Tests stand in for it.</summary>
internal interface IKernel
{
    FuseDataPath DataPath { get; }

    Errno OpenBacking(SafeFileHandle file, out BackingId id);

    void CloseBacking(BackingId id);

    void InvalidateEntry(NodeId parent, ReadOnlySpan<byte> name, bool expireOnly);

    void InvalidateAttributes(NodeId node);
}
