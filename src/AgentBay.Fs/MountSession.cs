using AgentBay.Fs.Contexts;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;

namespace AgentBay.Fs;

/// <summary>One context with its mirror, open on this machine: what a host adapter mounts and what control commands act on.</summary>
public sealed class MountSession : Control.ISyncSession, IAsyncDisposable
{
    /// <summary>Opens the mirror and brings it to a known state: after an unclean end it is compared with the baseline.</summary>
    /// <param name="folder">Locked by the caller; disposed with the session.</param>
    /// <exception cref="FsException">The mirror's disk or the store cannot be used; the message says what to do.</exception>
    public static Task<MountSession> OpenAsync(StateFolder folder, IMirrorFiles files, IObjectStore store, ContextRecord context, MountSessionOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ContextRecord Context => throw new NotImplementedException();

    public IMirrorHost Host => throw new NotImplementedException();

    public SyncStatus Status => throw new NotImplementedException();

    /// <summary>Background write-back and housekeeping until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Uploads until nothing is pending, or only what fails for good, or <paramref name="cancellationToken"/> (a deadline) ends it: then the report says what remains.</summary>
    public Task<FlushReport> FlushAsync(IProgress<FlushProgress>? progress, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes the folders look into the store again: what others changed since appears.</summary>
    public Task DownloadAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Ends background work and closes the mirror, marked clean when nothing is pending. Uploads nothing.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
