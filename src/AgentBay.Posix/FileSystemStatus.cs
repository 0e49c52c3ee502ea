namespace AgentBay.Posix;

/// <summary>What statfs(2) says of a filesystem. Blocks are units of <see cref="BlockSize"/>.</summary>
public readonly record struct FileSystemStatus(long Type, uint BlockSize, uint FragmentSize, ulong Blocks, ulong BlocksFree, ulong BlocksAvailable, ulong Files, ulong FilesFree, uint NameLength)
{
    public const long Overlay = 0x794C7630;
    public const long Tmpfs = 0x01021994;
    public const long Ramfs = 0x858458F6;
    public const long Fuse = 0x65735546;
}
