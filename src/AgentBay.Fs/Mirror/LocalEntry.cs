namespace AgentBay.Fs.Mirror;

public enum EntryKind
{
    File,
    Folder,
    Symlink,

    /// <summary>FIFO, socket, device: lives in the mirror only.</summary>
    Special,
}

/// <summary>Which inode, for certain: numbers are reused, so the birth time belongs to it.</summary>
public readonly record struct FileIdentity(ulong Inode, long BirthTimeNs);

/// <summary>What the mirror's disk says of one name. Times are nanoseconds since the epoch.</summary>
public readonly record struct LocalEntry
{
    public required EntryKind Kind { get; init; }
    public required FileIdentity Identity { get; init; }
    public long Size { get; init; }
    public long MtimeNs { get; init; }
    public long CtimeNs { get; init; }
    /// <summary>Permission bits as programs see them (07777); a daemon without root may keep other ones on the inode.</summary>
    public uint Mode { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public uint Links { get; init; }
    /// <summary>Units of 512 bytes, as the disk holds them: 0 for a placeholder whose mark fits into the inode, else those of the mark.</summary>
    public long Blocks { get; init; }

    /// <summary>
    /// ctime where it tells a later write, else 0 ("judge by content"): a write in the same tick of the disk's clock (10 ms at most) as
    /// the last change would leave ctime as it is, and mtime too where a program sets that back.
    /// Asked right after the entry was read, before its bytes are.
    /// </summary>
    /// <param name="nowNs">Null: the system's clock (not the session's), by which the disk's times are.</param>
    public long SettledCtimeNs(long? nowNs = null) => IsJustNow(CtimeNs, nowNs) ? 0 : CtimeNs;

    /// <summary>Whether a change now may get the same time.</summary>
    internal static bool IsJustNow(long timeNs, long? nowNs = null) =>
        Math.Abs((nowNs ?? ((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100)) - timeNs) <= 20_000_000;
}

/// <summary>What a file, folder or symlink is given when it is placed in the mirror or described in the store.</summary>
public sealed record EntryAttributes
{
    public const uint DefaultFileMode = 0x1A4;   // 0644
    public const uint DefaultFolderMode = 0x1ED; // 0755

    /// <summary>Permission bits (07777).</summary>
    public required uint Mode { get; init; }

    /// <summary>Null: whoever runs the daemon.</summary>
    public uint? Uid { get; init; }
    public uint? Gid { get; init; }
    public required long MtimeNs { get; init; }

    /// <summary>Names with their <c>user.</c> prefix; never ours (<c>user.agentbay.</c>).</summary>
    public IReadOnlyDictionary<string, byte[]> Xattrs { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, byte[]>.Empty;
}
