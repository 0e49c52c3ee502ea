namespace AgentBay.ObjectStore;

/// <summary>How a store is opened.</summary>
public sealed record StoreOpenOptions
{
    public static StoreOpenOptions Default { get; } = new();

    /// <summary>Requests at once.</summary>
    public int MaxConcurrency { get; init; } = 32;

    /// <summary>How often a transient failure is tried again, beyond the first try.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>One try of a call without a body; one with a body gets this plus its size at 1 MiB/s.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
