using AgentBay.ObjectStore.Tests.Contract;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests;

/// <summary>The double that other tests stand on keeps the promises of a store.</summary>
public sealed class MemoryStoreContractTests : ObjectStoreContract
{
    protected override IObjectStore Store { get; } = new MemoryStore();
}
