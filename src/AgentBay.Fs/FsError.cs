namespace AgentBay.Fs;

/// <summary>Why a request on a mounted context failed, where the local disk did not say it. Each host adapter has one map from these.</summary>
public enum FsError
{
    /// <summary>The bytes are in the store only, and the store does not answer (after the retries).</summary>
    StoreUnavailable,

    /// <summary>The store refused for good: this path stays unsynced until it changes or is acknowledged.</summary>
    StoreRefused,

    /// <summary>The bytes in the store are not the ones that belong to this version.</summary>
    Corrupt,

    /// <summary>The object changed or went in the store since its name was listed.</summary>
    Stale,

    /// <summary>The bytes are nowhere any more: neither here nor in the store.</summary>
    Lost,

    /// <summary>The disk of the mirror is full, or cannot be written for another reason.</summary>
    NoSpace,

    /// <summary>Name or metadata pass what the store can hold.</summary>
    TooLarge,

    /// <summary>The session is ending.</summary>
    ShuttingDown,
}

/// <summary>A request on a mounted context failed.</summary>
public sealed class FsException(FsError error, string message, Exception? inner = null) : IOException(message, inner)
{
    public FsError Error { get; } = error;
}
