using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Indexing;

/// <summary>Where the bytes of a baseline row are on this machine.</summary>
public enum BaselineState
{
    /// <summary>In the mirror, whole.</summary>
    Present = 0,

    /// <summary>In the store only; the mirror holds a marked placeholder.</summary>
    Placeholder = 1,

    /// <summary>A download into the mirror had begun: what the file is, is judged by its mark and its content.</summary>
    Hydrating = 2,

    /// <summary>
    /// Not in the mirror any more, and the store keeps the object: a deletion that stays local. INVARIANT: the absence of its file never
    /// becomes a deletion in the store, whatever the policy is by then.
    /// </summary>
    Released = 3,
}

/// <summary>An object as the store acknowledged it. Equality of all three means the same version.</summary>
/// <param name="LastModified">Null right after our own write, where the answer did not say.</param>
public sealed record RemoteVersion(string ETag, long Size, DateTimeOffset? LastModified)
{
    // A listing gives fractions of a second, a HEAD's HTTP date has none.
    public bool IsSameAs(RemoteVersion other) =>
        ETag == other.ETag && Size == other.Size && (LastModified is not { } mine || other.LastModified is not { } others || (mine - others).Duration() < TimeSpan.FromSeconds(1));
}

/// <summary>What mirror and store last agreed on for one path.</summary>
public sealed record BaselineRow
{
    public required TreePath Path { get; init; }
    public required EntryKind Kind { get; init; }

    /// <summary>The object's key in the store; for a folder its marker's.</summary>
    public required string Key { get; init; }

    /// <summary>Null for a folder without a marker.</summary>
    public RemoteVersion? Remote { get; init; }

    /// <summary>The mirror's inode then, and what it looked like.</summary>
    public required FileIdentity Identity { get; init; }
    public long Size { get; init; }
    public long MtimeNs { get; init; }
    public long CtimeNs { get; init; }
    public uint Mode { get; init; }

    /// <summary>The owner in the store, which a daemon without root cannot set on the mirror.</summary>
    public uint? Uid { get; init; }
    public uint? Gid { get; init; }

    /// <summary>The user xattrs as the metadata value that carries them; empty when there are none.</summary>
    public string Xattrs { get; init; } = "";

    /// <summary>Hex SHA-256 of the content (a symlink's target); null where nobody has read it yet.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Which of our own writes made this version (see <c>OperationId</c>); null when it is not ours.</summary>
    public string? OperationId { get; init; }

    public BaselineState State { get; init; }

    /// <summary>
    /// A key that we are about to create, or were: what became of it a HEAD tells. So an object whose creation was not acknowledged is
    /// found again when the name is gone here meanwhile.
    /// </summary>
    public bool IsIntent => Remote is null && OperationId is not null;

    public static BaselineRow Intent(TreePath path, EntryKind kind, string key, string operationId) =>
        new() { Path = path, Kind = kind, Key = key, Identity = default, OperationId = operationId };

    /// <summary>Of the object alone. The inode's number may come again, so nothing of it stays.</summary>
    public BaselineRow Released() => this with { Identity = default, CtimeNs = 0, State = BaselineState.Released };

    public PlaceholderMark ToMark() => new(Key, Remote!.ETag, Size, MtimeNs);
}
