using System.Text;
using AgentBay.Fuse;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>A directory buffer that holds a given number of entries.</summary>
internal sealed class FakeEntries(bool withAttributes, int room = int.MaxValue) : DirectoryEntries
{
    internal List<(string Name, ulong Inode, FuseEntry Entry, ulong Next)> Added { get; } = [];

    public override bool WithAttributes => withAttributes;

    public override bool TryAdd(ReadOnlySpan<byte> name, ulong inode, uint type, ulong nextOffset) => Add(name, inode, default, nextOffset);

    public override bool TryAdd(ReadOnlySpan<byte> name, in FuseEntry entry, ulong nextOffset) => Add(name, entry.Attributes.Inode, entry, nextOffset);

    private bool Add(ReadOnlySpan<byte> name, ulong inode, in FuseEntry entry, ulong nextOffset)
    {
        if (Added.Count == room)
        {
            return false;
        }

        Added.Add((Encoding.UTF8.GetString(name), inode, entry, nextOffset));
        return true;
    }
}
