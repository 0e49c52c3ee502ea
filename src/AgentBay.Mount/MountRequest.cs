using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Mount.CommandLine;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount;

/// <summary>A mount as it was asked for, checked as far as the command line alone can say.</summary>
internal sealed record MountRequest
{
    /// <summary>A name or an <c>SdkCtx-…</c> id.</summary>
    public required string Context { get; init; }

    /// <summary>As given: absolute, or relative to the working directory.</summary>
    public required string Path { get; init; }

    /// <summary>Null: <c>AGENTBAY_STORE</c>, then the embedded store of this user.</summary>
    public string? Store { get; init; }

    public string? CacheDirectory { get; init; }

    public bool ReadOnly { get; init; }

    public bool Create { get; init; } = true;

    public bool AllowOther { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public uint? Umask { get; init; }

    public bool NoSuid { get; init; } = true;

    public bool NoDev { get; init; } = true;

    public bool NoExec { get; init; }

    public bool NoAtime { get; init; }

    public TimeSpan? WriteBack { get; init; } = TimeSpan.FromSeconds(5);

    public bool FsyncReachesStore { get; init; } = true;

    public bool SyncOnClose { get; init; }

    public bool Prefetch { get; init; } = true;

    public PolicyOptions PolicyOptions { get; init; } = new();

    /// <summary>What <see cref="PolicyOptions"/> come to.</summary>
    public SyncPolicy Policy { get; init; } = SyncPolicy.Default;

    public bool Foreground { get; init; }

    public string? LogFile { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    internal string EffectiveCacheDirectory => System.IO.Path.GetFullPath(CacheDirectory ?? StateFolder.DefaultCacheDirectory);
}
