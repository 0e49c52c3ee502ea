using AgentBay.Testing;

namespace AgentBay.Mount.Tests;

/// <summary>What all tests on real mounts share: the S3 server, and a /dev/fuse that ordinary users may open.</summary>
public sealed class Machine : IAsyncLifetime
{
    private readonly FuseDeviceForAll device = new();
    private S3Server? server;
    private string? noServer;

    public async ValueTask InitializeAsync() => (server, noServer) = await S3Server.TryStartAsync();

    /// <summary>Skips the test, with the reason, where there is no such server.</summary>
    internal S3Server Server()
    {
        Assert.SkipWhen(noServer is not null, noServer ?? "");
        return server!;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        device.Dispose();
        await AssertNothingIsLeftAsync();
    }

    /// <summary>A process that answers URLs ends with the last of them, some seconds later.</summary>
    private static async Task AssertNothingIsLeftAsync()
    {
        IReadOnlyList<string> left = [];
        try
        {
            await Eventually.HappensAsync(() => Task.FromResult((left = LeftBehind.Find()).Count == 0), CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The tests have left behind:\n{string.Join('\n', left)}");
        }
    }
}
