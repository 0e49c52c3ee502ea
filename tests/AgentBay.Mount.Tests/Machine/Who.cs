namespace AgentBay.Mount.Tests;

/// <summary>Who mounts: root gets passthrough, an ordinary user fusermount3 and the writeback cache.</summary>
public enum Who
{
    Root,
    OrdinaryUser,
}

public enum StoreKind
{
    Embedded,
    S3,
}
