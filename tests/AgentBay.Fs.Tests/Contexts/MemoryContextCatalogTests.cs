using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Contexts;

public sealed class MemoryContextCatalogTests : ContextCatalogSuite
{
    protected override IObjectStore Store { get; } = new MemoryStore();
}
