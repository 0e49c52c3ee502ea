using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using AgentBay.Fs.Sync;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Control;

/// <summary>Answers control requests of any number of clients. A client that goes away stops nothing that it has asked for.</summary>
public sealed class ControlServer(IMountControl control, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the end waits for clients that do not read their answers.</summary>
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(5);

    private readonly IMountControl control = control;
    private readonly ILogger logger = logger;
    private readonly TimeProvider time = time;
    private readonly ConcurrentDictionary<Task, byte> answers = new();

    /// <summary>
    /// Serves until cancelled. The connections of clients that wait for an answer are served to their end, and stay open until
    /// they hang up or this process ends: so a client sees that the process has ended.
    /// </summary>
    /// <param name="listener">Stays the caller's.</param>
    public async Task RunAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptAsync(cancellationToken);
                _ = ServeAsync(new NetworkStream(client, ownsSocket: true), cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException error)
            {
                // EMFILE passes, and a client that gave up is no matter; do not spin meanwhile.
                Log.AcceptFailed(logger, error);
                await Task.Delay(ProgressInterval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        // Who asked for the end waits for its outcome: the process must not be gone before it is sent.
        await Task.WhenAny(Task.WhenAll(answers.Keys), Task.Delay(LastAnswers, time, CancellationToken.None));
    }

    /// <summary>Serves one connection until the client hangs up. Never throws.</summary>
    internal async Task ServeAsync(Stream connection, CancellationToken cancellationToken)
    {
        await using var lines = new MessageLines(connection, ControlRequest.MaxBytes);
        try
        {
            while (await TryAnswerAsync(lines, cancellationToken))
            {
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // The client hung up.
        }
        catch (Exception error)
        {
            Log.ConnectionFailed(logger, error);
        }
    }

    private async Task<bool> TryAnswerAsync(MessageLines lines, CancellationToken cancellationToken)
    {
        // INVARIANT: reading is not cancelled at the end of the mount, so a connection closes only with the client or the process.
        try
        {
            ControlRequest? request = await lines.ReadAsync(ControlJson.Default.ControlRequest, CancellationToken.None);
            if (request is null)
            {
                return false;
            }

            Task answer = AnswerAsync(lines, request, cancellationToken);
            answers.TryAdd(answer, 0);
            try
            {
                await answer;
            }
            finally
            {
                answers.TryRemove(answer, out _);
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            await SendAsync(lines, new ControlReply.Failed($"This is no control request of version {control.Info.Version}: {error.Message}"));
            return true;
        }
        catch (InvalidDataException error)
        {
            await SendAsync(lines, new ControlReply.Failed(error.Message));
            return false;
        }
    }

    private Task AnswerAsync(MessageLines lines, ControlRequest request, CancellationToken cancellationToken) => request switch
    {
        ControlRequest.Status => AnswerNowAsync(lines, () => new ControlReply.Status(control.Status)),
        ControlRequest.Tasks => AnswerNowAsync(lines, () => new ControlReply.Tasks(control.Tasks)),
        ControlRequest.Path path => AnswerNowAsync(lines, () => OfPath(path.Name, Look)),
        ControlRequest.Rule path => AnswerNowAsync(lines, () => OfPath(path.Name, Explain)),
        ControlRequest.Acknowledge path => AnswerNowAsync(lines, () => OfPath(path.Name, Acknowledge)),
        ControlRequest.Conflicts => StreamAsync(lines, FindConflictsAsync(cancellationToken)),
        ControlRequest.Sync { Detached: true } sync => BeginSyncAsync(lines, sync, cancellationToken),
        ControlRequest.Sync sync => StreamAsync(lines, SyncAsync(sync, cancellationToken)),
        ControlRequest.Unmount unmount => StreamAsync(lines, UnmountAsync(unmount)),
        _ => throw new NotSupportedException(request.GetType().Name),
    };

    private static ControlReply OfPath(string name, Func<TreePath, ControlReply> answer)
    {
        try
        {
            return answer(TreePath.Parse(name));
        }
        catch (FormatException error)
        {
            return new ControlReply.Failed(error.Message);
        }
    }

    private ControlReply Look(TreePath path) => control.Look(path) is { } status ? new ControlReply.Path(status) : new ControlReply.Failed($"There is no '{path}' in the mount.");

    private ControlReply Explain(TreePath path)
    {
        (bool synced, IReadOnlyList<string> rules) = control.Explain(path);
        return new ControlReply.Rule(synced, rules);
    }

    private ControlReply Acknowledge(TreePath path) =>
        control.Look(path) is not null && !control.Acknowledge(path) ? new ControlReply.Failed($"'{path}' has not failed: there is nothing to acknowledge.") : Look(path);

    private async Task<ControlReply> FindConflictsAsync(CancellationToken cancellationToken) => new ControlReply.Conflicts(await control.FindConflictsAsync(cancellationToken));

    private Task BeginSyncAsync(MessageLines lines, ControlRequest.Sync request, CancellationToken cancellationToken)
    {
        _ = OutcomeAsync(() => SyncAsync(request, cancellationToken)); // Its row says how it ended.
        return AnswerNowAsync(lines, () => new ControlReply.Tasks(control.Tasks));
    }

    private async Task<ControlReply> SyncAsync(ControlRequest.Sync request, CancellationToken cancellationToken)
    {
        Log.SyncRequested(logger, request.Mode);
        return ControlReply.Done.From(await control.SyncAsync(request.Mode, cancellationToken));
    }

    private async Task<ControlReply> UnmountAsync(ControlRequest.Unmount request)
    {
        if (request.DeadlineSeconds is { } seconds && seconds is not (>= 0 and <= 1e9))
        {
            return new ControlReply.Failed($"A deadline of {seconds} seconds is not between 0 and 1,000,000,000.");
        }

        Log.UnmountRequested(logger, request.DeadlineSeconds, request.Force);
        TimeSpan? deadline = request.DeadlineSeconds is { } s ? TimeSpan.FromSeconds(s) : null;
        return await control.UnmountAsync(new UnmountOptions(deadline, request.Force, request.Upload) { DrainLater = request.DrainLater }) switch
        {
            UnmountResult.Unmounted done => ControlReply.Done.From(done.Report),
            UnmountResult.Busy busy => new ControlReply.Busy(busy.Processes),
            _ => throw new NotSupportedException(),
        };
    }

    // INVARIANT: what the mount throws becomes an answer. On the way of sending, an IOException means that the client hung up.
    private async Task AnswerNowAsync(MessageLines lines, Func<ControlReply> answer) =>
        await SendAsync(lines, await OutcomeAsync(() => Task.FromResult(answer())));

    /// <summary>Sends how far the mount's work is until one piece of it is done, then its outcome. The work goes on when the client does not listen.</summary>
    private async Task StreamAsync(MessageLines lines, Task<ControlReply> work)
    {
        while (await Task.WhenAny(work, Task.Delay(ProgressInterval, time)) != work)
        {
            WorkProgress now = control.Progress;
            FlushProgress flush = now.Flush;
            await SendAsync(lines, new ControlReply.Progress(now.State, flush.FilesDone, flush.FilesTotal, flush.BytesDone, flush.BytesTotal, now.LastError));
        }

        await SendAsync(lines, await OutcomeAsync(() => work));
    }

    private async Task<ControlReply> OutcomeAsync(Func<Task<ControlReply>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException)
        {
            return new ControlReply.Failed("The mount is ending.");
        }
        catch (Exception error)
        {
            Log.RequestFailed(logger, error);
            return new ControlReply.Failed(error.Message);
        }
    }

    private static Task SendAsync(MessageLines lines, ControlReply reply) =>
        lines.WriteAsync(reply, ControlJson.Default.ControlReply, CancellationToken.None);
}
