using System.Net;
using System.Net.Sockets;

namespace AgentBay.ObjectStore.Urls;

/// <summary>
/// Serves presigned URLs of a store that has no server of its own: HTTP on 127.0.0.1, at most <see cref="MaxRequests"/> requests at once.
/// What a request may do its signature says; nothing else is answered.
/// </summary>
internal sealed class UrlEndpoint : IUrlEndpoint
{
    private const int MaxRequests = 8;
    private const int PortTries = 20;

    private readonly HttpListener listener;
    private readonly UrlRequests requests;
    private readonly Action stopped;
    private readonly RequestSlots slots;
    private readonly CancellationTokenSource ending = new();
    private readonly Task accepting;

    private UrlEndpoint(HttpListener listener, Uri url, UrlRequests requests, RequestSlots slots, Action stopped)
    {
        this.listener = listener;
        this.requests = requests;
        this.slots = slots;
        this.stopped = stopped;
        Url = url;
        accepting = Task.Run(AcceptAsync);
    }

    public Uri Url { get; }

    /// <param name="stopped">Called when it is disposed, before requests that run are waited for.</param>
    internal static UrlEndpoint Start(IObjectStore store, UrlSigner signer, Func<string, IPutGuard>? guardOf, TimeProvider time, Action stopped)
    {
        var slots = new RequestSlots(MaxRequests);
        var requests = new UrlRequests(store, signer, guardOf, slots, time);
        for (int attempt = 1; ; attempt++)
        {
            // HttpListener has no "any free port": the system names one, which another program may take before us.
            int port = FreePort();
            string url = $"http://127.0.0.1:{port}/";
            var listener = new HttpListener();
            listener.Prefixes.Add(url);
            try
            {
                listener.Start();
                return new UrlEndpoint(listener, new Uri(url), requests, slots, stopped);
            }
            catch (HttpListenerException) when (attempt < PortTries)
            {
                // Taken. Nothing is open that would have to be closed; Close would fail as Start did.
            }
            catch (HttpListenerException e)
            {
                throw new StoreException(StoreErrorKind.Refused, $"No port of 127.0.0.1 can be opened to serve URLs: {e.Message}.", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (ending.IsCancellationRequested)
        {
            return;
        }

        stopped();
        await ending.CancelAsync().ConfigureAwait(false);
        listener.Stop();
        await accepting.ConfigureAwait(false);
        await slots.TakeAllAsync().ConfigureAwait(false);
        listener.Close();
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                // Not by the listener's end alone: a call that comes while HttpListener.Stop runs is never answered.
                context = await listener.GetContextAsync().WaitAsync(ending.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                // Stopped. A request that comes all the same is closed with the listener.
                return;
            }

            try
            {
                // After there is a request, so that those that run idly know of one that waits.
                await slots.TakeAsync(ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                context.Response.Abort();
                return;
            }

            _ = ServeAsync(context);
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        try
        {
            await requests.AnswerAsync(context, ending.Token).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
