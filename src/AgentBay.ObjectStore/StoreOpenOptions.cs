using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.ObjectStore;

/// <summary>How a store is opened.</summary>
public sealed record StoreOpenOptions
{
    public static StoreOpenOptions Default { get; } = new();

    /// <summary>Requests at once; a body that is being read does not count.</summary>
    public int MaxConcurrency
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxConcurrency is at least 1.");
    } = 32;

    /// <summary>How often a transient failure is tried again, beyond the first try.</summary>
    public int MaxRetries
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxRetries is at least 0.");
    } = 5;

    /// <summary>One try of a call without a body; one with a body gets this plus its size at 1 MiB/s. Also one read of an answer's body.</summary>
    public TimeSpan TryTimeout
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "TryTimeout is positive.");
    } = TimeSpan.FromSeconds(20);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
