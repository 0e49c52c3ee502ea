namespace AgentBay.ObjectStore;

/// <summary>Why a store call failed.</summary>
public enum StoreErrorKind
{
    /// <summary>The host does not answer, refuses, or the connection broke; also time-outs.</summary>
    Unreachable,

    /// <summary>The store is busy (throttling, 5xx): the same call may succeed later.</summary>
    Busy,

    /// <summary>The credentials are missing, wrong or expired.</summary>
    BadCredentials,

    /// <summary>The credentials are good and do not allow this.</summary>
    AccessDenied,

    /// <summary>The bucket (or directory) is not there.</summary>
    NoSuchBucket,

    /// <summary>A condition of the call does not hold.</summary>
    PreconditionFailed,

    /// <summary>The bytes are not the ones that were sent or promised.</summary>
    Corrupt,

    /// <summary>The store has no room, or the object passes a limit.</summary>
    TooLarge,

    /// <summary>The store refuses the call as it stands; trying again cannot help.</summary>
    Refused,

    /// <summary>The store's presigned URLs work only while a process serves them, and none does: <see cref="IObjectStore.ServeUrlsAsync"/>.</summary>
    NoUrlEndpoint,
}

/// <summary>A store call that failed. The message names the store, the key and what to do; never a credential.</summary>
public sealed class StoreException(StoreErrorKind kind, string message, Exception? inner = null) : IOException(message, inner)
{
    public StoreErrorKind Kind { get; } = kind;

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient => Kind is StoreErrorKind.Unreachable or StoreErrorKind.Busy or StoreErrorKind.Corrupt;

    /// <summary>Of a transient failure that <see cref="Retrying.RetryingStore"/> leaves to its caller: seconds do not change it, as where nobody vouches for a certificate.</summary>
    internal bool NoRetry { get; init; }
}
