namespace AgentBay.Testing;

/// <summary>What a test's contexts are stored in.</summary>
public enum StoreKind
{
    /// <summary>A directory on this machine.</summary>
    Embedded,

    /// <summary>A bucket of <see cref="S3Server"/>.</summary>
    S3,
}
