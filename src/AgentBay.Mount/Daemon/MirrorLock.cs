using System.Diagnostics;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;

namespace AgentBay.Mount.Daemon;

/// <summary>Takes a mirror, and waits for it where the mount before is still bringing its last data to the store.</summary>
internal static class MirrorLock
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    // A process that has just started, or that has ended but for its last syncfs, answers nobody.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // One that starts or ends answers before anybody need hear of it.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    /// <exception cref="MirrorInUseException">It is mounted.</exception>
    internal static async Task<StateFolder> TakeAsync(string cacheDirectory, string storeUrl, ContextRecord context, Action<StartReport> report, CancellationToken cancellationToken)
    {
        bool told = false;
        long answered = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return StateFolder.Open(cacheDirectory, storeUrl, context.Id);
            }
            catch (MirrorInUseException inUse)
            {
                MountStatus? status = await StatusOfAsync(inUse.Path, cancellationToken);
                answered = status is null ? answered : Stopwatch.GetTimestamp();
                TimeSpan unanswered = Stopwatch.GetElapsedTime(answered);
                if (status is { State: MountState.Mounted } || unanswered > Patience)
                {
                    throw;
                }

                if (!told && (status is not null || unanswered > Silence))
                {
                    report(new StartReport.Waiting(Describe(context, status, inUse.Holder)));
                    told = true;
                }
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    private static string Describe(ContextRecord context, MountStatus? status, MountHolder? holder) => status is not null
        ? $"Context '{context.Name}' was unmounted from {status.Info.MountPoint} and process {status.Info.Pid} still brings {status.PendingFiles} changes to the store; waiting for it."
        : $"{(holder is null ? "Another process" : $"Process {holder.Pid}")} has the mirror of context '{context.Name}' and does not answer: it is starting, ending or stuck; waiting for it.";

    private static async Task<MountStatus?> StatusOfAsync(string stateFolder, CancellationToken cancellationToken)
    {
        try
        {
            await using ControlClient? client = await ControlClient.TryConnectAsync(StateFolder.ControlSocketIn(stateFolder), cancellationToken);
            return client is null ? null : (await client.AskAtOnceAsync(new ControlRequest.Status(), cancellationToken) as ControlReply.Status)?.Mount;
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            return null; // It ended while we asked, or is stuck.
        }
    }
}
