using System.Runtime.CompilerServices;

namespace AgentBay.Fs.Linux;

/// <summary>
/// What the kernel knows by a node id: one inode of the mirror, whatever names it has. Names and references are guarded by the
/// <see cref="NodeTable"/>; what concerns open files by a lock on the node itself.
/// </summary>
internal sealed class Node(ulong id, ulong inode, long birthTimeNs, uint type)
{
    internal NodeId Id { get; } = new(id);

    internal ulong Inode { get; } = inode;

    internal long BirthTimeNs { get; } = birthTimeNs;

    /// <summary>The type bits of st_mode.</summary>
    internal uint Type { get; } = type;

    internal bool IsFolder => Type == StatMode.Directory;

    internal bool IsRegular => Type == StatMode.Regular;

    // Guarded by the table.

    /// <summary>References that the kernel holds.</summary>
    internal ulong Lookups { get; set; }

    /// <summary>Names of nodes in the table that lie in this folder: it is kept for their paths.</summary>
    internal int Children { get; set; }

    /// <summary>Null: no name is known (unlinked, O_TMPFILE, or the root).</summary>
    internal Node? Parent { get; set; }

    internal byte[] Name { get; set; } = [];

    /// <summary>Further names of a file with several links.</summary>
    internal List<(Node Parent, byte[] Name)>? FurtherNames { get; set; }

    /// <summary>A folder's path as of <see cref="PathVersion"/>.</summary>
    internal TreePath Path { get; set; }

    internal long PathVersion { get; set; } = -1;

    // Guarded by a lock on the node.

    /// <summary>Open handles, as the kernel counts them.</summary>
    internal int Opens { get; set; }

    internal int Writers { get; set; }

    /// <summary>Of the writers, those that may map the file shared and writable.</summary>
    internal int ReadWriters { get; set; }

    /// <summary>Writers of a file without a name: the journal hears of them when it gets one.</summary>
    internal int UnreportedWriters { get; set; }

    /// <summary>
    /// With the writeback cache the kernel keeps a file's modification time itself and hands it in only when it has changed it: what we last told
    /// it, or it told us. Null: nothing yet.
    /// </summary>
    internal long? KernelMtimeNs { get; set; }

    /// <summary>Under which name the journal heard of the last writer.</summary>
    internal TreePath WriterPath { get; set; }

    /// <summary>
    /// The descriptor: of a folder O_PATH, of a file in passthrough read-only (so that it is no writer in a lease's eyes), of any
    /// other file for reading and writing. Held while the file is open, and for a while after.
    /// </summary>
    internal volatile SafeFileHandle? Handle;

    /// <summary>None: reads and writes come to us, as long as the file is open anywhere.</summary>
    internal BackingId Backing { get; set; }

    /// <summary>After the last close a map could still write.</summary>
    internal volatile bool Mapped;

    /// <summary>In the ring of a <see cref="HandleRing"/>, and used since it was last passed over.</summary>
    internal bool InRing { get; set; }

    internal volatile bool RecentlyUsed;

    /// <summary>What an inode whose last known name went looked like, for a kernel that still asks.</summary>
    internal volatile StrongBox<FileStatus>? LastStatus;

    /// <summary>
    /// The ctime that was shown while this was a placeholder; 0 for none. Hydration moves the inode's ctime, and tar takes
    /// that for a change of the file under its hands. Cleared by every real change.
    /// </summary>
    internal long PlaceholderCtimeNs { get; set; }
}
