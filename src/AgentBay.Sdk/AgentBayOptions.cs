using AgentBay.Fs.Mirror;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.Sdk;

/// <summary>How a client works. Credentials are not among it: they come from the environment or the usual files.</summary>
public sealed record AgentBayOptions
{
    /// <summary>Where contexts live, as <c>agentbay-mount --store</c> takes it; null: <c>AGENTBAY_STORE</c>, else the store on this disk.</summary>
    public string? StoreUrl { get; init; }

    /// <summary>Where mirrors are kept; null: as <c>agentbay-mount</c> keeps them.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>The program <c>agentbay-mount</c>; null: <c>AGENTBAY_MOUNT_PROGRAM</c>, else beside this program, else on <c>PATH</c>.</summary>
    public string? MountProgram { get; init; }

    /// <summary>Told of every operation that fails, with its request id.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal string EffectiveCacheDirectory => Path.GetFullPath(CacheDirectory ?? StateFolder.DefaultCacheDirectory);
}
