using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AgentBay.Fs.Control;

/// <summary>A connection to a mount's process.</summary>
public sealed class ControlClient : IAsyncDisposable
{
    private const int MaxReplyBytes = 16 << 20;

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(10);

    private readonly MessageLines lines;

    internal ControlClient(Stream connection) => lines = new MessageLines(connection, MaxReplyBytes);

    /// <summary>The mount's process by its number here; null where that cannot be told.</summary>
    public int? ServerPid { get; private init; }

    /// <returns>Null when no process serves this socket.</returns>
    /// <exception cref="UnauthorizedAccessException">The mount is another user's.</exception>
    public static async Task<ControlClient?> TryConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        Socket? socket = await ControlSocket.TryConnectAsync(socketPath, cancellationToken);
        return socket is null ? null : new ControlClient(new NetworkStream(socket, ownsSocket: true)) { ServerPid = ControlSocket.PeerOf(socket) };
    }

    /// <summary>Sends a request; gives every progress message and ends with the answer.</summary>
    /// <exception cref="IOException">The process ended before it answered.</exception>
    public async IAsyncEnumerable<ControlReply> SendAsync(ControlRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await lines.WriteAsync(request, ControlJson.Default.ControlRequest, cancellationToken);
        ControlReply reply;
        do
        {
            reply = await ReadAsync(cancellationToken);
            yield return reply;
        }
        while (reply is ControlReply.Progress);
    }

    /// <summary>Sends a request and gives its answer.</summary>
    /// <exception cref="IOException">The process ended before it answered.</exception>
    public async Task<ControlReply> AskAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        ControlReply? last = null;
        await foreach (ControlReply reply in SendAsync(request, cancellationToken))
        {
            last = reply;
        }

        return last!;
    }

    /// <summary>Asks for what needs no work: a process that is stuck does not keep who asks.</summary>
    /// <exception cref="IOException">The process ended before it answered.</exception>
    /// <exception cref="TimeoutException">It is there and does not answer.</exception>
    public async Task<ControlReply> AskAtOnceAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AtOnce);
        try
        {
            return await AskAsync(request, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The mount's process has not answered within {AtOnce.TotalSeconds} seconds.");
        }
    }

    /// <summary>Completes when the mount's process ends: its mount and its lock are gone. Its last files may be open for a moment still (<see cref="ServerPid"/>).</summary>
    public async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await lines.ReadAsync(ControlJson.Default.ControlReply, cancellationToken) is not null)
            {
            }
        }
        catch (IOException)
        {
            // A killed process resets the connection: ended as well.
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private async ValueTask<ControlReply> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadAsync(ControlJson.Default.ControlReply, cancellationToken)
                ?? throw new IOException("The mount's process ended before it answered; its log says why.");
        }
        catch (JsonException error)
        {
            throw new IOException($"The mount's process speaks another version: {error.Message}", error);
        }
    }
}
