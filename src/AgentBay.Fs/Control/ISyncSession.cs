using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>The part of a <see cref="MountSession"/> that a mount's life turns on.</summary>
public interface ISyncSession
{
    SyncStatus Status { get; }

    Task RunAsync(CancellationToken cancellationToken);

    Task<FlushReport> FlushAsync(IProgress<FlushProgress>? progress, CancellationToken cancellationToken);

    Task DownloadAsync(CancellationToken cancellationToken);
}
