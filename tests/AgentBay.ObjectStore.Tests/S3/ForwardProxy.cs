using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>A proxy as companies have it: CONNECT for https, whole URLs for http. Every name leads to this machine.</summary>
internal sealed class ForwardProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly List<string> requests = [];
    private readonly Task accepting;

    internal ForwardProxy()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    internal string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>The first lines of what was asked for.</summary>
    internal string[] Requests
    {
        get
        {
            lock (requests)
            {
                return [.. requests];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting;
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await listener.AcceptTcpClientAsync(ending.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                var from = client.GetStream();
                byte[] head = await ReadHeadAsync(from);
                string[] line = Encoding.Latin1.GetString(head).Split("\r\n")[0].Split(' ');
                lock (requests)
                {
                    requests.Add($"{line[0]} {line[1]}");
                }

                var target = new Uri(line[0] == "CONNECT" ? "https://" + line[1] : line[1]);
                await server.ConnectAsync(IPAddress.Loopback, target.Port, ending.Token);
                var to = server.GetStream();
                if (line[0] == "CONNECT")
                {
                    await from.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ending.Token);
                }
                else
                {
                    // One request a connection: the next one comes on another.
                    string origin = target.GetLeftPart(UriPartial.Authority);
                    string text = Encoding.Latin1.GetString(head).Replace($"{line[0]} {origin}", line[0] + " ", StringComparison.Ordinal).Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);
                    await to.WriteAsync(Encoding.Latin1.GetBytes(text.Replace("  /", " /", StringComparison.Ordinal)), ending.Token);
                }

                await Task.WhenAny(from.CopyToAsync(to, ending.Token), to.CopyToAsync(from, ending.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either side went away.
            }
        }
    }

    private async Task<byte[]> ReadHeadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            await stream.ReadExactlyAsync(one, ending.Token);
            head.Add(one[0]);
        }

        return [.. head];
    }
}
