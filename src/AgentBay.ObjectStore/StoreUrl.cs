namespace AgentBay.ObjectStore;

/// <summary>Opens the store that a URL names.</summary>
public static class StoreUrl
{
    /// <summary>
    /// <c>file:///path</c> or a path (the embedded store), <c>s3://bucket/prefix?endpoint=…&amp;region=…&amp;pathStyle=true</c>, <c>oss://bucket/prefix?endpoint=…</c>.
    /// Opening does not talk to the store.
    /// </summary>
    /// <exception cref="FormatException">The URL is not one of these; the message names the part and what it should be.</exception>
    public static IObjectStore Open(string url, StoreOpenOptions options) => throw new NotImplementedException();

    /// <summary>The embedded store's default directory: <c>$XDG_DATA_HOME/agentbay/store</c>, else <c>~/.local/share/agentbay/store</c>.</summary>
    public static string DefaultUrl => throw new NotImplementedException();
}

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
