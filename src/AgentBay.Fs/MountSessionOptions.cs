using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs;

/// <summary>How a context is mounted, as far as mirror and sync care.</summary>
public sealed record MountSessionOptions
{
    public bool ReadOnly { get; init; }

    /// <summary>What is synced, and when. Of one that does not upload by itself follows that there is no write-back and that fsync means the local disk.</summary>
    public SyncPolicy Policy { get; init; } = SyncPolicy.Default;

    /// <summary>What the store has is fetched in the background before anybody opens it, where the policy downloads by itself.</summary>
    public bool Prefetch { get; init; } = true;

    /// <summary>How long after the last change the background flush starts; null: only at sync and unmount.</summary>
    public TimeSpan? WriteBack { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often files that stay open are looked at, and uploaded where they have changed.</summary>
    public TimeSpan OpenFilesInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>fsync means the store; false: the local disk (<c>--fsync local</c>).</summary>
    public bool FsyncReachesStore { get; init; } = true;

    /// <summary>close of a file that was written waits until it is in the store, and fails when it cannot be (<c>--sync-on-close</c>).</summary>
    public bool SyncOnClose { get; init; }

    /// <summary>Store calls at the same time.</summary>
    public int Concurrency { get; init; } = 32;

    /// <summary>The store's own id (see <see cref="Contexts.StoreIdentity"/>), which a mirror remembers; empty: it has none; null: not known, and not compared.</summary>
    public string? StoreId { get; init; }

    /// <summary>Which start of the machine this is; null: not known.</summary>
    public string? BootId { get; init; } = MachineBoot.Id;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For tests.</summary>
    public FaultPoints Faults { get; init; } = FaultPoints.FromEnvironment;

    /// <summary>Bytes on the mirror's disk that fetching ahead leaves free. For tests.</summary>
    internal long PrefetchReserve { get; init; } = 2L << 30;

    /// <summary>A clean end waits until the disk has everything. For tests: thousands of mounts, and no machine that goes down.</summary>
    internal bool SyncsDiskAtEnd { get; init; } = true;

    /// <summary>Up to here an object goes up in one PUT from a buffer; above in parts of at least this. For tests.</summary>
    internal int PartSize { get; init; } = 8 << 20;

    /// <summary>A file is read from the store in ranges of this. For tests.</summary>
    internal int BlockSize { get; init; } = 8 << 20;
}
