using System.Runtime.InteropServices;

namespace AgentBay.Fuse.Wire;

/// <summary><c>struct fuse_attr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Attr
{
    internal ulong Inode;
    internal ulong Size;
    internal ulong Blocks;
    internal long AccessTime;
    internal long ModifyTime;
    internal long ChangeTime;
    internal uint AccessTimeNs;
    internal uint ModifyTimeNs;
    internal uint ChangeTimeNs;
    internal uint Mode;
    internal uint Links;
    internal uint Uid;
    internal uint Gid;
    internal uint Device;
    internal uint BlockSize;
    internal uint Flags;

    internal static Attr From(in FuseAttributes a)
    {
        var (access, accessNs) = WireTime.Split(a.AccessTimeNs);
        var (modify, modifyNs) = WireTime.Split(a.ModifyTimeNs);
        var (change, changeNs) = WireTime.Split(a.ChangeTimeNs);
        return new Attr
        {
            Inode = a.Inode,
            Size = (ulong)a.Size,
            Blocks = (ulong)a.Blocks,
            AccessTime = access,
            ModifyTime = modify,
            ChangeTime = change,
            AccessTimeNs = accessNs,
            ModifyTimeNs = modifyNs,
            ChangeTimeNs = changeNs,
            Mode = a.Mode,
            Links = a.Links,
            Uid = a.Uid,
            Gid = a.Gid,
            Device = a.Device,
            BlockSize = a.BlockSize,
        };
    }
}

/// <summary><c>struct fuse_attr_out</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttrOut
{
    internal ulong Valid;
    internal uint ValidNs;
    internal uint Padding;
    internal Attr Attr;

    internal static AttrOut From(in FuseAttributesReply reply)
    {
        var (valid, validNs) = WireTime.Lifetime(reply.Lifetime);
        return new AttrOut { Valid = valid, ValidNs = validNs, Attr = Attr.From(reply.Attributes) };
    }
}

/// <summary><c>struct fuse_entry_out</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EntryOut
{
    internal ulong Node;
    internal ulong Generation;
    internal ulong EntryValid;
    internal ulong AttrValid;
    internal uint EntryValidNs;
    internal uint AttrValidNs;
    internal Attr Attr;

    internal static EntryOut From(in FuseEntry entry)
    {
        var (entryValid, entryValidNs) = WireTime.Lifetime(entry.EntryLifetime);
        var (attrValid, attrValidNs) = WireTime.Lifetime(entry.AttributesLifetime);
        return new EntryOut
        {
            Node = entry.Node.Value,
            Generation = entry.Generation,
            EntryValid = entryValid,
            AttrValid = attrValid,
            EntryValidNs = entryValidNs,
            AttrValidNs = attrValidNs,
            Attr = Attr.From(entry.Attributes),
        };
    }
}

/// <summary><c>struct fuse_open_out</c>; the backing id since 7.40, padding before.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenOut
{
    internal ulong Handle;
    internal FuseOpenFlags Flags;
    internal int Backing;

    internal static OpenOut From(in FuseOpen open) => new() { Handle = open.Handle.Value, Flags = open.Flags, Backing = open.Backing.Value };
}

/// <summary>The answer to CREATE and TMPFILE.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CreateOut
{
    internal EntryOut Entry;
    internal OpenOut Open;
}

/// <summary><c>struct fuse_write_out</c>: WRITE and COPY_FILE_RANGE.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WriteOut
{
    internal uint Size;
    internal uint Padding;
}

/// <summary><c>struct fuse_copy_file_range_out</c>, 7.45.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CopyFileRangeOut
{
    internal ulong Copied;
}

/// <summary><c>struct fuse_kstatfs</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 80)]
internal struct StatFsOut
{
    internal ulong Blocks;
    internal ulong BlocksFree;
    internal ulong BlocksAvailable;
    internal ulong Files;
    internal ulong FilesFree;
    internal uint BlockSize;
    internal uint NameLength;
    internal uint FragmentSize;

    internal static StatFsOut From(in FuseStatFs s) => new()
    {
        Blocks = s.Blocks,
        BlocksFree = s.BlocksFree,
        BlocksAvailable = s.BlocksAvailable,
        Files = s.Files,
        FilesFree = s.FilesFree,
        BlockSize = s.BlockSize,
        NameLength = s.NameLength,
        FragmentSize = s.FragmentSize,
    };
}

/// <summary><c>struct fuse_getxattr_out</c>: how long a value or list is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GetXattrOut
{
    internal uint Size;
    internal uint Padding;
}

/// <summary><c>struct fuse_lseek_out</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LSeekOut
{
    internal ulong Offset;
}

/// <summary><c>struct fuse_init_out</c>, 7.43.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct InitOut
{
    internal uint Major;
    internal uint Minor;
    internal uint MaxReadahead;
    internal uint Flags;
    internal ushort MaxBackground;
    internal ushort CongestionThreshold;
    internal uint MaxWrite;
    internal uint TimeGranularity;
    internal ushort MaxPages;
    internal ushort MapAlignment;
    internal uint Flags2;
    internal uint MaxStackDepth;
    internal ushort RequestTimeout;
}

/// <summary><c>struct fuse_dirent</c>; the name follows, and zeros up to a multiple of 8.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Dirent
{
    internal ulong Inode;
    internal ulong NextOffset;
    internal uint NameLength;
    internal uint Type;
}

/// <summary><c>struct fuse_direntplus</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DirentPlus
{
    internal EntryOut Entry;
    internal Dirent Dirent;
}
