using AgentBay.Fs.Contexts;
using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;

namespace AgentBay.Mount.Daemon;

/// <summary>Takes a mirror, and waits for it where the mount before is still bringing its last data to the store.</summary>
internal static class MirrorLock
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    // A process that has just started, or has all but ended, answers nobody.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <exception cref="MirrorInUseException">It is mounted.</exception>
    internal static async Task<StateFolder> TakeAsync(string cacheDirectory, string storeUrl, ContextRecord context, Action<StartReport> report, CancellationToken cancellationToken)
    {
        bool told = false;
        TimeSpan unanswered = TimeSpan.Zero;
        while (true)
        {
            try
            {
                return StateFolder.Open(cacheDirectory, storeUrl, context.Id);
            }
            catch (MirrorInUseException inUse)
            {
                MountStatus? status = await StatusOfAsync(inUse.Path, cancellationToken);
                unanswered = status is null ? unanswered + Poll : TimeSpan.Zero;
                if (status is { State: MountState.Mounted } || unanswered > Patience)
                {
                    throw;
                }

                if (status is not null && !told)
                {
                    report(new StartReport.Waiting(
                        $"Context '{context.Name}' was unmounted from {status.Info.MountPoint} and process {status.Info.Pid} still brings {status.PendingFiles} changes to the store; waiting for it."));
                    told = true;
                }
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    private static async Task<MountStatus?> StatusOfAsync(string stateFolder, CancellationToken cancellationToken)
    {
        try
        {
            await using ControlClient? client = await ControlClient.TryConnectAsync(StateFolder.ControlSocketIn(stateFolder), cancellationToken);
            return client is null ? null : (await client.AskAsync(new ControlRequest.Status(), cancellationToken) as ControlReply.Status)?.Mount;
        }
        catch (IOException)
        {
            return null; // It ended while we asked.
        }
    }
}
