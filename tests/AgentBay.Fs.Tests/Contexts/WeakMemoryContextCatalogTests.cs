using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

/// <summary>A store that looks before it writes, and cannot hold that under a race: the name is read back after it was taken.</summary>
public sealed class WeakMemoryContextCatalogTests : ContextCatalogSuite
{
    protected override IObjectStore Store { get; } = new MemoryStore(new StoreProperties { Url = "memory:weak" });
}
