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
    /// <summary>Units of 512 bytes, as the disk holds them: 0 for a placeholder.</summary>
    public long Blocks { get; init; }

    /// <summary>
    /// ctime where it tells a later write, else 0 ("judge by content"): a write in the same tick of the disk's clock (10 ms at most) as
    /// the last one would leave mtime and ctime as they are. Asked right after the entry was read, before its bytes are.
    /// </summary>
    public long SettledCtimeNs()
    {
        // Not the session's clock: the file's times are the system's.
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        return Math.Abs(now - MtimeNs) > 20_000_000 ? CtimeNs : 0;
    }
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
