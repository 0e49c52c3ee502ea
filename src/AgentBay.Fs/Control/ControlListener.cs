using System.Net.Sockets;

namespace AgentBay.Fs.Control;

/// <summary>A mount's socket that listens, under its name.</summary>
public sealed class ControlListener : IDisposable
{
    private readonly IDisposable name;

    internal ControlListener(Socket socket, IDisposable name) => (Socket, this.name) = (socket, name);

    public Socket Socket { get; }

    public void Dispose()
    {
        Socket.Dispose();
        name.Dispose();
    }
}
