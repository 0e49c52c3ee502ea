namespace AgentBay.Fuse;

/// <summary>The buffer of one READDIR or READDIRPLUS answer.</summary>
public abstract class DirectoryEntries
{
    /// <summary>READDIRPLUS: each entry carries attributes and, except "." and "..", one lookup reference.</summary>
    public abstract bool WithAttributes { get; }

    /// <summary>Adds an entry of a plain READDIR, or of READDIRPLUS with "unknown, look it up" (node id 0).</summary>
    /// <param name="nextOffset">Where a later call goes on after this entry; never 0.</param>
    /// <param name="type"><c>DT_*</c>: the type bits of st_mode shifted right by 12.</param>
    /// <returns>False when it did not fit: nothing was added, and the answer is full.</returns>
    public abstract bool TryAdd(ReadOnlySpan<byte> name, ulong inode, uint type, ulong nextOffset);

    /// <summary>Adds an entry of READDIRPLUS. When it fits and is neither "." nor "..", the kernel holds one more lookup reference on its node.</summary>
    /// <returns>False when it did not fit: nothing was added, no reference was given.</returns>
    public abstract bool TryAdd(ReadOnlySpan<byte> name, in FuseEntry entry, ulong nextOffset);
}
