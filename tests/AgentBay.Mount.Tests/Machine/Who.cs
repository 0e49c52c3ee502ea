using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>Who mounts: root gets passthrough, an ordinary user fusermount3 and the writeback cache.</summary>
public enum Who
{
    Root,
    OrdinaryUser,
}

/// <summary>For the tests of what every store must do.</summary>
public sealed class BothStores : TheoryData<StoreKind>
{
    public BothStores() => AddRange(StoreKind.Embedded, StoreKind.S3);
}
