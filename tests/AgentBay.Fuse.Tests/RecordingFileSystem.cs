using System.Text;
using AgentBay.Posix;

namespace AgentBay.Fuse.Tests;

/// <summary>Writes each call down and answers with fixed values whose every field differs.</summary>
internal sealed class RecordingFileSystem : FuseFileSystem
{
    internal static readonly FuseAttributes Attributes = new()
    {
        Inode = 0x11,
        Size = 0x12,
        Blocks = 0x13,
        AccessTimeNs = 14_000_000_015,
        ModifyTimeNs = 16_000_000_017,
        ChangeTimeNs = -1,
        Mode = 0x81A4,
        Links = 0x19,
        Uid = 0x1A,
        Gid = 0x1B,
        Device = 0x1C,
        BlockSize = 0x1D,
    };

    internal static readonly FuseEntry Entry = new()
    {
        Node = new NodeId(0x21),
        Generation = 0x22,
        EntryLifetime = TimeSpan.FromMilliseconds(1500),
        AttributesLifetime = TimeSpan.FromDays(1),
        Attributes = Attributes,
    };

    private static readonly FuseOpen Opened = new(new HandleId(0x31), FuseOpenFlags.Passthrough | FuseOpenFlags.NoFlush, new BackingId(0x33));

    internal List<string> Calls { get; } = [];

    public override void Forget(NodeId node, ulong lookups) => Calls.Add($"Forget({node.Value}, {lookups})");

    public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) =>
        Record(Entry, request, $"Lookup({parent.Value}, {Text(name)})");

    public override ValueTask<FuseResult<FuseAttributesReply>> GetAttributes(FuseRequest request, NodeId node, HandleId? handle) =>
        Record(new FuseAttributesReply(Attributes, TimeSpan.FromMilliseconds(2500)), request, $"GetAttributes({node.Value}, {handle?.Value})");

    public override ValueTask<FuseResult<FuseAttributesReply>> SetAttributes(FuseRequest request, NodeId node, in FuseSetAttributes c) =>
        Record(
            new FuseAttributesReply(Attributes, TimeSpan.FromMilliseconds(2500)),
            request,
            $"SetAttributes({node.Value}, fh {c.Handle?.Value}, mode {c.Mode}, uid {c.Uid}, gid {c.Gid}, size {c.Size}, a {c.AccessTimeNs}, m {c.ModifyTimeNs}, c {c.ChangeTimeNs}, kill {c.KillSuidGid})");

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> ReadLink(FuseRequest request, NodeId node) =>
        Record((ReadOnlyMemory<byte>)"to/here"u8.ToArray(), request, $"ReadLink({node.Value})");

    public override ValueTask<FuseResult<FuseEntry>> Symlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target) =>
        Record(Entry, request, $"Symlink({parent.Value}, {Text(name)}, {Text(target)})");

    public override ValueTask<FuseResult<FuseEntry>> MakeNode(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint device, uint umask) =>
        Record(Entry, request, $"MakeNode({parent.Value}, {Text(name)}, {mode}, {device}, {umask})");

    public override ValueTask<FuseResult<FuseEntry>> MakeDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask) =>
        Record(Entry, request, $"MakeDirectory({parent.Value}, {Text(name)}, {mode}, {umask})");

    public override ValueTask<Errno> Unlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) =>
        Record(request, $"Unlink({parent.Value}, {Text(name)})");

    public override ValueTask<Errno> RemoveDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) =>
        Record(request, $"RemoveDirectory({parent.Value}, {Text(name)})");

    public override ValueTask<Errno> Rename(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, NodeId newParent, ReadOnlySpan<byte> newName, uint flags) =>
        Record(request, $"Rename({parent.Value}, {Text(name)}, {newParent.Value}, {Text(newName)}, {flags})");

    public override ValueTask<FuseResult<FuseEntry>> Link(FuseRequest request, NodeId node, NodeId newParent, ReadOnlySpan<byte> newName) =>
        Record(Entry, request, $"Link({node.Value}, {newParent.Value}, {Text(newName)})");

    public override ValueTask<FuseResult<FuseOpen>> Open(FuseRequest request, NodeId node, int flags) =>
        Record(Opened, request, $"Open({node.Value}, {flags}, kill {request.KillSuidGid})");

    public override ValueTask<FuseResult<FuseCreated>> Create(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask, int flags) =>
        Record(new FuseCreated(Entry, Opened), request, $"Create({parent.Value}, {Text(name)}, {mode}, {umask}, {flags}, kill {request.KillSuidGid})");

    public override ValueTask<FuseResult<FuseCreated>> TemporaryFile(FuseRequest request, NodeId parent, uint mode, uint umask, int flags) =>
        Record(new FuseCreated(Entry, Opened), request, $"TemporaryFile({parent.Value}, {mode}, {umask}, {flags})");

    public override ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer)
    {
        "data"u8.CopyTo(buffer.Span);
        return Record(4, request, $"Read({node.Value}, {handle.Value}, {offset}, {buffer.Length})");
    }

    public override ValueTask<FuseResult<int>> Write(FuseRequest request, NodeId node, HandleId handle, long offset, ReadOnlyMemory<byte> data, bool fromCache, bool killSuidGid) =>
        Record(data.Length, request, $"Write({node.Value}, {handle.Value}, {offset}, {Text(data.Span)}, cache {fromCache}, kill {killSuidGid})");

    public override ValueTask<Errno> Flush(FuseRequest request, NodeId node, HandleId handle) => Record(request, $"Flush({node.Value}, {handle.Value})");

    public override ValueTask<Errno> Release(FuseRequest request, NodeId node, HandleId handle, int flags) => Record(request, $"Release({node.Value}, {handle.Value}, {flags})");

    public override ValueTask<Errno> Fsync(FuseRequest request, NodeId node, HandleId handle, bool dataOnly) => Record(request, $"Fsync({node.Value}, {handle.Value}, {dataOnly})");

    public override ValueTask<FuseResult<FuseOpen>> OpenDirectory(FuseRequest request, NodeId node, int flags) => Record(new FuseOpen(new HandleId(0x41), FuseOpenFlags.CacheDirectory), request, $"OpenDirectory({node.Value}, {flags})");

    public override ValueTask<Errno> ReadDirectory(FuseRequest request, NodeId node, HandleId handle, ulong offset, DirectoryEntries entries)
    {
        bool first = entries.TryAdd("."u8, 5, 4, 1);
        bool second = entries.WithAttributes ? entries.TryAdd("abcdefgh"u8, Entry, 2) : entries.TryAdd("abcdefgh"u8, 0x11, 8, 2);
        bool third = entries.TryAdd("third"u8, 6, 8, 3);
        return Record(request, $"ReadDirectory({node.Value}, {handle.Value}, {offset}, plus {entries.WithAttributes}): {first} {second} {third}");
    }

    public override ValueTask<Errno> ReleaseDirectory(FuseRequest request, NodeId node, HandleId handle) => Record(request, $"ReleaseDirectory({node.Value}, {handle.Value})");

    public override ValueTask<Errno> FsyncDirectory(FuseRequest request, NodeId node, HandleId handle, bool dataOnly) => Record(request, $"FsyncDirectory({node.Value}, {handle.Value}, {dataOnly})");

    public override ValueTask<FuseResult<FuseStatFs>> StatFs(FuseRequest request, NodeId node) => Record(new FuseStatFs(1, 2, 3, 4, 5, 6, 7, 8), request, $"StatFs({node.Value})");

    public override ValueTask<Errno> SetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags) =>
        Record(request, $"SetXattr({node.Value}, {Text(name)}, {Text(value)}, {flags})");

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> GetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name) =>
        Record((ReadOnlyMemory<byte>)"value"u8.ToArray(), request, $"GetXattr({node.Value}, {Text(name)})");

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> ListXattr(FuseRequest request, NodeId node) =>
        Record((ReadOnlyMemory<byte>)"user.a\0user.b\0"u8.ToArray(), request, $"ListXattr({node.Value})");

    public override ValueTask<Errno> RemoveXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name) => Record(request, $"RemoveXattr({node.Value}, {Text(name)})");

    public override ValueTask<Errno> Access(FuseRequest request, NodeId node, uint mask) => Record(request, $"Access({node.Value}, {mask})");

    public override ValueTask<FuseResult<long>> Seek(FuseRequest request, NodeId node, HandleId handle, long offset, int whence) =>
        Record(0x1_0000_0000L, request, $"Seek({node.Value}, {handle.Value}, {offset}, {whence})");

    public override ValueTask<Errno> Allocate(FuseRequest request, NodeId node, HandleId handle, int mode, long offset, long length) =>
        Record(request, $"Allocate({node.Value}, {handle.Value}, {mode}, {offset}, {length})");

    public override ValueTask<FuseResult<int>> CopyFileRange(FuseRequest request, NodeId fromNode, HandleId fromHandle, long fromOffset, NodeId toNode, HandleId toHandle, long toOffset, long length) =>
        Record(77, request, $"CopyFileRange({fromNode.Value}, {fromHandle.Value}, {fromOffset}, {toNode.Value}, {toHandle.Value}, {toOffset}, {length})");

    public override void Destroyed() => Calls.Add("Destroyed()");

    private ValueTask<FuseResult<T>> Record<T>(T answer, FuseRequest request, string call)
    {
        Note(request, call);
        return (FuseResult<T>)answer;
    }

    private ValueTask<Errno> Record(FuseRequest request, string call)
    {
        Note(request, call);
        return new(Errno.OK);
    }

    private void Note(FuseRequest request, string call)
    {
        Assert.Equal((1000u, 100u, 4242u), (request.Uid, request.Gid, request.Pid));
        Calls.Add(call);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
