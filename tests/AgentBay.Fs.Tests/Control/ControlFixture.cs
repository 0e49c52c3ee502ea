using AgentBay.Fs.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.Fs.Tests.Control;

/// <summary>A mount's life and its control server on a real socket, over a fake session and host.</summary>
internal sealed class ControlFixture : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("agentbay-control-");
    private readonly CancellationTokenSource serving = new();
    private readonly ControlListener listener;
    private readonly Task server;

    internal ControlFixture(string? subfolder = null)
    {
        string home = subfolder is null ? folder.FullName : folder.CreateSubdirectory(subfolder).FullName;
        SocketPath = Path.Combine(home, "control.sock");
        Lifecycle = new MountLifecycle(Session, Host, Info, NullLogger.Instance, TimeProvider.System);
        listener = ControlSocket.Listen(SocketPath);
        server = new ControlServer(Lifecycle, NullLogger.Instance, TimeProvider.System).RunAsync(listener.Socket, serving.Token);
    }

    internal static MountInfo Info { get; } = new()
    {
        Pid = 42,
        Context = "demo",
        ContextId = "SdkCtx-0123456789abcdefghij",
        Store = "file:///store",
        MountPoint = "/mnt/demo",
        StateFolder = "/state/demo",
        LogFile = "/state/demo/daemon.log",
        ReadOnly = false,
        StartedAt = DateTimeOffset.UnixEpoch,
        Version = "1.2.3",
    };

    internal string SocketPath { get; }

    internal FakeSession Session { get; } = new();

    internal FakeHost Host { get; } = new();

    internal MountLifecycle Lifecycle { get; }

    internal async Task<ControlClient> ConnectAsync() =>
        await ControlClient.TryConnectAsync(SocketPath, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("Nobody listens.");

    public async ValueTask DisposeAsync()
    {
        await serving.CancelAsync();
        await server;
        listener.Dispose();
        serving.Dispose();
        Lifecycle.Dispose();
        folder.Delete(recursive: true);
    }
}
