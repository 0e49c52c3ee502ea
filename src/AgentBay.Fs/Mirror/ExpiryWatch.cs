using AgentBay.ObjectStore;

namespace AgentBay.Fs.Mirror;

/// <summary>What expires in the store goes from the mount too: folders that have been looked into are compared again from time to time, where rules say that their files expire.</summary>
internal sealed class ExpiryWatch(OpenMirror mirror, FolderFiller filler)
{
    /// <summary>Rules count days.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, mirror.Options.Time);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await LookAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end; the next mount compares again.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await mirror.ExpiresAsync(whole: false, cancellationToken))
            {
                await filler.RefreshAsync(cancellationToken);
            }
        }
        catch (Exception error) when (error is StoreException or FsException)
        {
            Log.FolderNotCompared(mirror.Logger, TreePath.Root.ToString(), error.Message);
        }
    }
}
