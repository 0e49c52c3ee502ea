namespace AgentBay.Fuse;

/// <summary>The conversation with the kernel over one mount.</summary>
public sealed class FuseSession
{
    /// <summary>What was negotiated.</summary>
    public FuseDataPath DataPath { get; }
}
