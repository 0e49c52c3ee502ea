using AgentBay.Testing;

namespace AgentBay.Sdk.Tests;

/// <summary>What all tests share: the S3 server, and that this machine mounts.</summary>
public sealed class Machine : IAsyncLifetime
{
    private S3Server? server;
    private string? noServer;

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable("DOTNET_EnableDiagnostics", "0"); // A mount's process that is killed would leave its debugger's pipes in /tmp.
        (server, noServer) = await S3Server.TryStartAsync();
    }

    /// <summary>A place for one test. Skips it, with the reason, where this machine cannot run it.</summary>
    internal async Task<SdkBox> BoxAsync(StoreKind store)
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "There is no /dev/fuse.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "These tests mount: run them as root.");
        Assert.SkipWhen(store == StoreKind.S3 && noServer is not null, noServer ?? "");
        return new SdkBox(store == StoreKind.S3 ? await server!.CreateBucketAsync() : null);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>Tests on real mounts run one after the other: they load the machine and share the S3 server.</summary>
[CollectionDefinition(Name)]
public sealed class MachineCollection : ICollectionFixture<Machine>
{
    public const string Name = "machine";
}
