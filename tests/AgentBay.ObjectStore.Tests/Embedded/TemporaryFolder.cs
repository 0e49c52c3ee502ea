namespace AgentBay.ObjectStore.Tests.Embedded;

/// <summary>A folder that goes with its test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("agentbay-store-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
