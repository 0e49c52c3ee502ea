using AgentBay.ObjectStore;
using AgentBay.ObjectStore.Embedded;

namespace AgentBay.Fs.Tests.Contexts;

public sealed class EmbeddedContextCatalogTests : ContextCatalogSuite, IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("agentbay-catalog-");

    public EmbeddedContextCatalogTests() => Store = EmbeddedStore.Open(folder.FullName);

    protected override IObjectStore Store { get; }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
