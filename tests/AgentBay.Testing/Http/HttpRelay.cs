using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AgentBay.Testing.Http;

/// <summary>What a relay does with a request: an answer, usually by way of <paramref name="forward"/>; null resets the connection.</summary>
public delegate Task<RelayResponse?> RelayHandler(RelayRequest request, Func<RelayRequest, Task<RelayResponse>> forward, CancellationToken cancellationToken);

/// <summary>
/// An HTTP/1.1 server on 127.0.0.1 that passes messages to the one behind it, path and Host unchanged so that signatures hold, and asks a handler about each.
/// </summary>
public sealed class HttpRelay : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<Task, byte> connections = new();
    private readonly IPEndPoint server;
    private readonly RelayHandler handler;
    private readonly Task accepting;

    /// <param name="port">0 for any.</param>
    public HttpRelay(Uri server, RelayHandler handler, int port = 0)
    {
        listener = new TcpListener(IPAddress.Loopback, port);
        this.server = new IPEndPoint(IPAddress.Loopback, server.Port);
        this.handler = handler;
        listener.Start(backlog: 256);
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>A client's handler for which every host is this relay.</summary>
    public SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections.Keys);
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(ending.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            var served = Task.Run(() => ServeAsync(client));
            connections[served] = 0;
            _ = served.ContinueWith(t => connections.TryRemove(t, out _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        client.NoDelay = true;
        using var upstream = new Upstream(server);
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            var messages = new HttpMessages(stream);
            while (await ReadAsync(messages) is { } request)
            {
                var response = await handler(request, r => upstream.SendAsync(r, ending.Token), ending.Token);
                if (response == null)
                {
                    client.LingerState = new LingerOption(true, 0);   // RST instead of an orderly end.
                    return;
                }

                bool noBody = request.Method == "HEAD" || response.Status is 204 or 304;
                await messages.WriteAsync(
                    $"HTTP/1.1 {response.Status} {response.Reason}", response.Headers,
                    noBody ? default : response.Body.AsMemory(0, Math.Min(response.CutAt ?? int.MaxValue, response.Body.Length)), ending.Token);
                if (response.CutAt != null)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the server went away, as HTTP allows at any time.
        }
    }

    private async Task<RelayRequest?> ReadAsync(HttpMessages messages)
    {
        if (await messages.ReadHeadAsync(ending.Token) is not { } head)
        {
            return null;
        }

        if (head["Expect"] != null)
        {
            await messages.WriteAsync("HTTP/1.1 100 Continue", [], default, ending.Token);
        }

        byte[] body = await messages.ReadBodyAsync(head, untilEnd: false, ending.Token);
        string[] parts = head.StartLine.Split(' ');
        var headers = head.Headers.Where(static h => !Is(h, "Expect") && !Is(h, "Transfer-Encoding") && !Is(h, "Content-Length")).ToList();
        if (body.Length > 0 || head["Content-Length"] != null)
        {
            headers.Add(new("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture)));
        }

        return new RelayRequest(parts[0], OriginForm(parts[1]), headers, body);
    }

    /// <summary>A client for which this is a proxy says the whole URL.</summary>
    private static string OriginForm(string target) => Uri.TryCreate(target, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttp
        ? target[target.IndexOf('/', "http://".Length)..]
        : target;

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The connection to the server that belongs to a client's.</summary>
    private sealed class Upstream(IPEndPoint server) : IDisposable
    {
        private TcpClient? connection;
        private HttpMessages? messages;

        internal async Task<RelayResponse> SendAsync(RelayRequest request, CancellationToken cancellationToken)
        {
            bool used = connection != null;
            try
            {
                return await TryAsync(request, cancellationToken);
            }
            catch (Exception e) when (used && e is IOException or SocketException)
            {
                // The server closed it while it was idle.
                Dispose();
                return await TryAsync(request, cancellationToken);
            }
        }

        public void Dispose()
        {
            connection?.Dispose();
            connection = null;
        }

        private async Task<RelayResponse> TryAsync(RelayRequest request, CancellationToken cancellationToken)
        {
            if (connection == null)
            {
                connection = new TcpClient { NoDelay = true };
                await connection.ConnectAsync(server, cancellationToken);
                messages = new HttpMessages(connection.GetStream());
            }

            await messages!.WriteAsync($"{request.Method} {request.Target} HTTP/1.1", request.Headers, request.Body, cancellationToken);
            HttpMessages.Head head;
            do
            {
                head = await messages.ReadHeadAsync(cancellationToken) ?? throw new EndOfStreamException("The server closed the connection.");
            }
            while (head.StartLine.Contains(" 100 ", StringComparison.Ordinal));

            string[] parts = head.StartLine.Split(' ', 3);
            int status = int.Parse(parts[1], CultureInfo.InvariantCulture);
            bool noBody = request.Method == "HEAD" || status is 204 or 304;
            byte[] body = noBody ? [] : await messages.ReadBodyAsync(head, untilEnd: true, cancellationToken);
            var headers = head.Headers.Where(h => !Is(h, "Transfer-Encoding") && !Is(h, "Connection") && (noBody || !Is(h, "Content-Length"))).ToList();
            if (!noBody)
            {
                headers.Add(new("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture)));
            }

            if (head["Connection"]?.Equals("close", StringComparison.OrdinalIgnoreCase) == true)
            {
                Dispose();
            }

            return new RelayResponse(status, parts.ElementAtOrDefault(2) ?? "", headers, body);
        }
    }
}
