using System.Text.Json;
using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;
using AgentBay.Mount.Mounts;

namespace AgentBay.Mount.Output;

/// <summary>What <c>status --json</c> prints of a mount. These names stay as they are.</summary>
internal sealed record MountReport
{
    /// <summary>mounted, flushing, unmounting, draining, ended, dead or inaccessible.</summary>
    public required string State { get; init; }

    public required int? Pid { get; init; }

    public required string? Context { get; init; }

    public required string? ContextId { get; init; }

    public required string? Store { get; init; }

    public required string MountPoint { get; init; }

    public required string StateFolder { get; init; }

    public string? LogFile { get; init; }

    public bool? ReadOnly { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public string? Version { get; init; }

    /// <summary>Null where nobody knows: the process is gone or another user's.</summary>
    public int? PendingFiles { get; init; }

    public long? PendingBytes { get; init; }

    public string? LastError { get; init; }

    /// <summary>What was tried and failed, at most <see cref="MountStatus.MaxFailed"/> of them.</summary>
    public IReadOnlyList<Remaining> Failed { get; init; } = [];

    /// <summary>How many paths failed.</summary>
    public int? Errors { get; init; }

    /// <summary>Uploaded over the last seconds.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Of the store's bytes, those that are on this disk.</summary>
    public long? CacheBytes { get; init; }

    /// <summary>Free on the mirror's disk.</summary>
    public long? CacheFree { get; init; }

    /// <summary>Where the status of a path in the mount was asked for.</summary>
    public PathReport? Path { get; init; }

    internal static async Task<MountReport> OfAsync(MountTarget target, CancellationToken cancellationToken)
    {
        try
        {
            await using ControlClient? client = await target.TryConnectAsync(cancellationToken);
            return client is null
                ? Silent(target, "dead")
                : await client.AskAtOnceAsync(new ControlRequest.Status(), cancellationToken) switch
                {
                    ControlReply.Status { Mount: var status } => From(status),
                    ControlReply.Failed { Message: var why } => Silent(target, "inaccessible") with { LastError = why },
                    _ => Silent(target, "inaccessible"),
                };
        }
        catch (Exception error) when (error is CommandException or TimeoutException or IOException { InnerException: JsonException })
        {
            return Silent(target, "inaccessible") with { LastError = error.Message }; // Another user's, stuck, or of another version.
        }
        catch (IOException)
        {
            return Silent(target, "dead"); // It ended while we asked.
        }
    }

    private static MountReport From(MountStatus status) => new()
    {
        State = status.State.ToString().ToLowerInvariant(),
        Pid = status.Info.Pid,
        Context = status.Info.Context,
        ContextId = status.Info.ContextId,
        Store = status.Info.Store,
        MountPoint = status.Info.MountPoint,
        StateFolder = status.Info.StateFolder,
        LogFile = status.Info.LogFile,
        ReadOnly = status.Info.ReadOnly,
        StartedAt = status.Info.StartedAt,
        Version = status.Info.Version,
        PendingFiles = status.PendingFiles,
        PendingBytes = status.PendingBytes,
        LastError = status.LastError,
        Failed = status.Failed,
        Errors = status.Errors,
        BytesPerSecond = status.BytesPerSecond,
        CacheBytes = status.CacheBytes,
        CacheFree = status.CacheFree,
    };

    private static MountReport Silent(MountTarget target, string state)
    {
        MountHolder? holder = Fs.Mirror.StateFolder.ReadHolder(target.StateFolder);
        return new MountReport
        {
            State = state,
            Pid = holder?.Pid,
            Context = holder?.ContextName,
            ContextId = holder?.ContextId,
            Store = holder?.StoreUrl,
            MountPoint = target.MountPoint,
            StateFolder = target.StateFolder,
        };
    }
}
