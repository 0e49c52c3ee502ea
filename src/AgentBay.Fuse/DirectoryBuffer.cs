using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>Writes <c>fuse_dirent</c> or <c>fuse_direntplus</c> records, each padded to 8 bytes, into an exchange's payload.</summary>
internal sealed class DirectoryBuffer(Exchange exchange) : DirectoryEntries
{
    private const int Alignment = 8;

    private int capacity;
    private bool refused;
    private bool withAttributes;

    public override bool WithAttributes => withAttributes;

    internal int Length { get; private set; }

    /// <summary>The first entry was refused. An empty answer would mean the end of the directory.</summary>
    internal bool TooSmall => refused && Length == 0;

    internal void Begin(int size, bool plus)
    {
        capacity = size;
        withAttributes = plus;
        Length = 0;
        refused = false;
    }

    public override bool TryAdd(ReadOnlySpan<byte> name, ulong inode, uint type, ulong nextOffset)
    {
        var entry = default(EntryOut);
        return TryAdd(name, entry, inode, type, nextOffset);
    }

    public override bool TryAdd(ReadOnlySpan<byte> name, in FuseEntry entry, ulong nextOffset)
    {
        if (!withAttributes)
        {
            throw new InvalidOperationException("This is a plain READDIR: its entries carry no attributes (see WithAttributes).");
        }

        return TryAdd(name, EntryOut.From(entry), entry.Attributes.Inode, entry.Attributes.Mode >> 12, nextOffset);
    }

    private bool TryAdd(ReadOnlySpan<byte> name, in EntryOut entry, ulong inode, uint type, ulong nextOffset)
    {
        if (name.IsEmpty || name.IndexOfAny((byte)0, (byte)'/') >= 0)
        {
            throw new ArgumentException("A name is one segment: not empty, no slash, no NUL.", nameof(name));
        }

        int head = withAttributes ? Unsafe.SizeOf<DirentPlus>() : Unsafe.SizeOf<Dirent>();
        int size = (head + name.Length + Alignment - 1) & -Alignment;
        if (refused || size > capacity - Length)
        {
            refused = true;
            return false;
        }

        var record = exchange.Payload.Span.Slice(Length, size);
        var dirent = new Dirent { Inode = inode, NextOffset = nextOffset, NameLength = (uint)name.Length, Type = type };
        if (withAttributes)
        {
            var plus = new DirentPlus { Entry = entry, Dirent = dirent };
            MemoryMarshal.Write(record, plus);
        }
        else
        {
            MemoryMarshal.Write(record, dirent);
        }

        name.CopyTo(record[head..]);
        record[(head + name.Length)..].Clear();
        Length += size;
        return true;
    }
}
