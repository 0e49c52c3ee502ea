using System.Text;
using AgentBay.Posix;

namespace AgentBay.Fuse.Sample;

/// <summary>A file, folder or anything else with an inode.</summary>
internal sealed class MemoryNode(ulong id, uint mode, uint uid, uint gid)
{
    private ulong nextCookie = 3;   // "." and ".." have 1 and 2.
    private uint subfolders;

    internal ulong Id { get; } = id;
    internal uint Mode { get; set; } = mode;
    internal uint Uid { get; set; } = uid;
    internal uint Gid { get; set; } = gid;
    internal uint Device { get; init; }
    internal uint Links { get; set; }

    /// <summary>References that the kernel holds: entry replies less FORGET.</summary>
    internal ulong Lookups { get; set; }

    internal long AccessTimeNs { get; set; } = Now;
    internal long ModifyTimeNs { get; set; } = Now;
    internal long ChangeTimeNs { get; set; } = Now;

    /// <summary>A symlink's target.</summary>
    internal byte[] Target { get; init; } = [];

    internal SortedDictionary<string, byte[]> Xattrs { get; } = new(StringComparer.Ordinal);

    /// <summary>A folder's children by name; a name's bytes are Latin-1 characters here.</summary>
    internal Dictionary<string, MemoryEntry> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The same by cookie: READDIR goes on after a cookie whatever was removed in between.</summary>
    internal SortedList<ulong, MemoryEntry> Order { get; } = [];

    internal MemoryNode? Parent { get; set; }

    internal byte[] Bytes { get; private set; } = [];
    internal int Size { get; private set; }

    internal bool IsDirectory => (Mode & StatMode.TypeMask) == StatMode.Directory;

    internal static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    internal FuseAttributes Attributes => new()
    {
        Inode = Id,
        Mode = Mode,
        Links = IsDirectory ? 2 + subfolders : Links,
        Uid = Uid,
        Gid = Gid,
        Device = Device,
        Size = Target.Length > 0 ? Target.Length : Size,
        Blocks = (Size + 511) / 512,
        BlockSize = 4096,
        AccessTimeNs = AccessTimeNs,
        ModifyTimeNs = ModifyTimeNs,
        ChangeTimeNs = ChangeTimeNs,
    };

    internal void Resize(long size)
    {
        if (size > Bytes.Length)
        {
            var larger = new byte[Math.Max((int)size, Math.Min(Bytes.Length * 2, Array.MaxLength))];
            Bytes.AsSpan(0, Size).CopyTo(larger);
            Bytes = larger;
        }
        else if (size < Size)
        {
            Bytes.AsSpan((int)size, Size - (int)size).Clear();   // A later growth must show zeros.
        }

        Size = (int)size;
        Touch();
    }

    internal void Add(string name, MemoryNode child)
    {
        var entry = new MemoryEntry(Encoding.Latin1.GetBytes(name), child, nextCookie++);
        Children.Add(name, entry);
        Order.Add(entry.Cookie, entry);
        child.Parent = this;
        subfolders += child.IsDirectory ? 1u : 0;
        Touch();
    }

    internal void Remove(string name)
    {
        if (Children.Remove(name, out var entry))
        {
            Order.Remove(entry.Cookie);
            subfolders -= entry.Node.IsDirectory ? 1u : 0;
        }

        Touch();
    }

    internal void Touch() => ModifyTimeNs = ChangeTimeNs = Now;

    /// <summary>A write or truncation by someone without CAP_FSETID: suid goes, sgid where the group may execute.</summary>
    internal void KillSuidGid()
    {
        const uint groupExecute = 8;
        Mode &= ~(StatMode.SetUid | ((Mode & groupExecute) != 0 ? StatMode.SetGid : 0));
    }
}

/// <summary>A name in a folder.</summary>
internal sealed record MemoryEntry(byte[] Name, MemoryNode Node, ulong Cookie);
