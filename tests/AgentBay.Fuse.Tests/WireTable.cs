namespace AgentBay.Fuse.Tests;

/// <param name="Call">What the handler must have been called with.</param>
/// <param name="Payload">What must follow the header of the answer; null: no answer at all.</param>
public sealed record WireCase(string Name, uint Opcode, byte[] Body, string? Call, byte[]? Payload);

/// <summary>Every opcode once or more: the body that a kernel sends, the call that it becomes, the payload that goes back. Node 5.</summary>
internal static class WireTable
{
    private static readonly byte[] Attr = new Bytes()
        .U64(0x11).U64(0x12).U64(0x13).U64(14).U64(16).U64(ulong.MaxValue).U32(15).U32(17).U32(999_999_999)
        .U32(0x81A4).U32(0x19).U32(0x1A).U32(0x1B).U32(0x1C).U32(0x1D).U32(0).ToArray();

    internal static readonly byte[] Entry = new Bytes().U64(0x21).U64(0x22).U64(1).U64(86400).U32(500_000_000).U32(0).Raw(Attr).ToArray();
    private static readonly byte[] AttrOut = new Bytes().U64(2).U32(500_000_000).U32(0).Raw(Attr).ToArray();
    private static readonly byte[] Open = new Bytes().U64(0x31).U32(0xA0).U32(0x33).ToArray();
    private static readonly byte[] Created = [.. Entry, .. Open];
    private static readonly byte[] None = [];

    internal static readonly WireCase[] Cases =
    [
        new("LOOKUP", 1, B().Name("a b").ToArray(), "Lookup(5, a b)", Entry),
        new("LOOKUP of a name that is not UTF-8", 1, B().Name("\xff\xfe").ToArray(), "Lookup(5, \xff\xfe)", Entry),
        new("FORGET", 2, B().U64(3).ToArray(), "Forget(5, 3)", null),
        new("BATCH_FORGET", 42, B().U32(2).U32(0).U64(8).U64(1).U64(9).U64(2).ToArray(), "Forget(8, 1)|Forget(9, 2)", null),
        new("GETATTR", 3, B().U32(0).U32(0).U64(99).ToArray(), "GetAttributes(5, )", AttrOut),
        new("GETATTR of an open file", 3, B().U32(1).U32(0).U64(99).ToArray(), "GetAttributes(5, 99)", AttrOut),
        new("SETATTR of nothing", 4, SetAttr(0), "SetAttributes(5, fh , mode , uid , gid , size , a , m , c , kill False)", AttrOut),
        new("SETATTR of everything", 4, SetAttr(0xC7F), "SetAttributes(5, fh 70, mode 420, uid 7, gid 8, size 71, a 73000000001, m 74000000002, c 75000000003, kill True)", AttrOut),
        new("SETATTR with times of now", 4, SetAttr(0x1B0), $"SetAttributes(5, fh , mode , uid , gid , size , a {long.MinValue}, m {long.MinValue}, c , kill False)", AttrOut),
        new("READLINK", 5, None, "ReadLink(5)", B().Text("to/here").ToArray()),
        new("SYMLINK", 6, B().Name("name").Name("../target").ToArray(), "Symlink(5, name, ../target)", Entry),
        new("MKNOD", 8, B().U32(0x1180).U32(0x105).U32(18).U32(0).Name("n").ToArray(), "MakeNode(5, n, 4480, 261, 18)", Entry),
        new("MKDIR", 9, B().U32(493).U32(18).Name("d").ToArray(), "MakeDirectory(5, d, 493, 18)", Entry),
        new("UNLINK", 10, B().Name("f").ToArray(), "Unlink(5, f)", None),
        new("RMDIR", 11, B().Name("d").ToArray(), "RemoveDirectory(5, d)", None),
        new("RENAME", 12, B().U64(6).Name("old").Name("new").ToArray(), "Rename(5, old, 6, new, 0)", None),
        new("RENAME2", 45, B().U64(6).U32(2).U32(0).Name("old").Name("new").ToArray(), "Rename(5, old, 6, new, 2)", None),
        new("LINK", 13, B().U64(6).Name("new").ToArray(), "Link(6, 5, new)", Entry),
        new("OPEN", 14, B().U32(0x8002).U32(0).ToArray(), "Open(5, 32770, kill False)", Open),
        new("OPEN that kills suid", 14, B().U32(0x201).U32(1).ToArray(), "Open(5, 513, kill True)", Open),
        new("CREATE", 35, B().U32(0x8042).U32(0x81A4).U32(18).U32(1).Name("f").ToArray(), "Create(5, f, 33188, 18, 32834, kill True)", Created),
        new("TMPFILE", 51, B().U32(0x410002).U32(0x8180).U32(18).U32(0).Name("#tmp").ToArray(), "TemporaryFile(5, 33152, 18, 4259842)", Created),
        new("READ", 15, Read(8192), "Read(5, 50, 4096, 8192)", B().Text("data").ToArray()),
        new("WRITE", 16, Write(0), "Write(5, 50, 4096, hello, cache False, kill False)", B().U32(5).U32(0).ToArray()),
        new("WRITE of the page cache", 16, Write(1), "Write(5, 50, 4096, hello, cache True, kill False)", B().U32(5).U32(0).ToArray()),
        new("WRITE that kills suid", 16, Write(4), "Write(5, 50, 4096, hello, cache False, kill True)", B().U32(5).U32(0).ToArray()),
        new("FLUSH", 25, B().U64(50).U32(0).U32(0).U64(9).ToArray(), "Flush(5, 50)", None),
        new("RELEASE", 18, B().U64(50).U32(0x8001).U32(0).U64(9).ToArray(), "Release(5, 50, 32769)", None),
        new("FSYNC", 20, B().U64(50).U32(0).U32(0).ToArray(), "Fsync(5, 50, False)", None),
        new("FSYNC of data", 20, B().U64(50).U32(1).U32(0).ToArray(), "Fsync(5, 50, True)", None),
        new("OPENDIR", 27, B().U32(0x18800).U32(0).ToArray(), "OpenDirectory(5, 100352)", B().U64(0x41).U32(8).U32(0).ToArray()),
        new("READDIR", 28, Read(4096), "ReadDirectory(5, 50, 4096, plus False): True True True", [.. Dirent(5, 1, 4, "."), .. Dirent(0x11, 2, 8, "abcdefgh"), .. Dirent(6, 3, 8, "third")]),
        new("READDIR whose last entry does not fit", 28, Read(95), "ReadDirectory(5, 50, 4096, plus False): True True False", [.. Dirent(5, 1, 4, "."), .. Dirent(0x11, 2, 8, "abcdefgh")]),
        new("READDIRPLUS", 44, Read(4096), "ReadDirectory(5, 50, 4096, plus True): True True True", [.. new byte[128], .. Dirent(5, 1, 4, "."), .. Entry, .. Dirent(0x11, 2, 8, "abcdefgh"), .. new byte[128], .. Dirent(6, 3, 8, "third")]),
        new("READDIRPLUS whose second entry does not fit", 44, Read(160 + 159), "ReadDirectory(5, 50, 4096, plus True): True False False", [.. new byte[128], .. Dirent(5, 1, 4, ".")]),
        new("RELEASEDIR", 29, B().U64(50).U32(0).U32(0).U64(0).ToArray(), "ReleaseDirectory(5, 50)", None),
        new("FSYNCDIR", 30, B().U64(50).U32(1).U32(0).ToArray(), "FsyncDirectory(5, 50, True)", None),
        new("STATFS", 17, None, "StatFs(5)", B().U64(1).U64(2).U64(3).U64(4).U64(5).U32(6).U32(7).U32(8).Zeros(28).ToArray()),
        new("SETXATTR", 21, B().U32(3).U32(1).Name("user.x").Text("v\0w").ToArray(), "SetXattr(5, user.x, v\0w, 1)", None),
        new("GETXATTR", 22, B().U32(64).U32(0).Name("user.x").ToArray(), "GetXattr(5, user.x)", B().Text("value").ToArray()),
        new("GETXATTR: how long?", 22, B().U32(0).U32(0).Name("user.x").ToArray(), "GetXattr(5, user.x)", B().U32(5).U32(0).ToArray()),
        new("LISTXATTR", 23, B().U32(64).U32(0).ToArray(), "ListXattr(5)", B().Text("user.a\0user.b\0").ToArray()),
        new("LISTXATTR: how long?", 23, B().U32(0).U32(0).ToArray(), "ListXattr(5)", B().U32(14).U32(0).ToArray()),
        new("REMOVEXATTR", 24, B().Name("user.x").ToArray(), "RemoveXattr(5, user.x)", None),
        new("ACCESS", 34, B().U32(5).U32(0).ToArray(), "Access(5, 5)", None),
        new("LSEEK", 46, B().U64(50).U64(10).U32(3).U32(0).ToArray(), "Seek(5, 50, 10, 3)", B().U64(0x1_0000_0000).ToArray()),
        new("FALLOCATE", 43, B().U64(50).U64(10).U64(20).U32(3).U32(0).ToArray(), "Allocate(5, 50, 3, 10, 20)", None),
        new("COPY_FILE_RANGE", 47, Copy(), "CopyFileRange(5, 50, 1, 6, 51, 2, 2147479552)", B().U32(77).U32(0).ToArray()),
        new("COPY_FILE_RANGE_64", 53, Copy(), "CopyFileRange(5, 50, 1, 6, 51, 2, 2147479552)", B().U64(77).ToArray()),
        new("DESTROY", 38, None, null, None),
    ];

    /// <summary>struct fuse_dirent, padded to 8 bytes.</summary>
    private static byte[] Dirent(ulong inode, ulong next, uint type, string name) =>
        B().U64(inode).U64(next).U32((uint)name.Length).U32(type).Text(name).Zeros((8 - (name.Length % 8)) % 8).ToArray();

    private static byte[] SetAttr(uint valid) => B()
        .U32(valid).U32(0).U64(70).U64(71).U64(72).U64(73).U64(74).U64(75).U32(1).U32(2).U32(3).U32(420).U32(0).U32(7).U32(8).U32(0).ToArray();

    private static byte[] Read(uint size) => B().U64(50).U64(4096).U32(size).U32(0).U64(0).U32(0).U32(0).ToArray();

    private static byte[] Write(uint flags) => B().U64(50).U64(4096).U32(5).U32(flags).U64(0).U32(0).U32(0).Text("hello").ToArray();

    private static byte[] Copy() => B().U64(50).U64(1).U64(6).U64(51).U64(2).U64(0x7FFF_FFFF_FFFF_F000).U64(0).ToArray();

    private static Bytes B() => new();
}
