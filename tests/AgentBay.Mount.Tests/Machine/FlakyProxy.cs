using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AgentBay.Mount.Tests;

/// <summary>Stands before a server and can cut it off, in the middle of requests and answers, for who comes this way alone: others use the server at the same time.</summary>
internal sealed class FlakyProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> open = [];
    private readonly ConcurrentBag<Task> carried = [];
    private readonly Uri target;
    private readonly Task accepting;
    private volatile bool cut;

    public FlakyProxy(string endpoint)
    {
        target = new Uri(endpoint);
        listener.Start();
        Endpoint = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        accepting = AcceptAsync();
    }

    public string Endpoint { get; }

    /// <summary>Every connection breaks, and no new one comes to be.</summary>
    public void Cut()
    {
        cut = true;
        foreach (Socket socket in open.Keys)
        {
            socket.Dispose();
        }
    }

    public void Restore() => cut = false;

    public async ValueTask DisposeAsync()
    {
        Cut();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(carried);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return; // Disposed.
            }

            if (cut)
            {
                client.Dispose();
                continue;
            }

            carried.Add(CarryAsync(client));
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        (open[client], open[server]) = (true, true);
        try
        {
            ObjectDisposedException.ThrowIf(cut, this); // Cut may have gone through the open ones just before.
            await server.ConnectAsync(target.Host, target.Port);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut off, or an end closed: so does the other.
        }
        finally
        {
            open.TryRemove(client, out _);
            open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and int count)
            {
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
