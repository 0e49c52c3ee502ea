using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>Opcodes on open files.</summary>
public sealed partial class FuseSession
{
    private bool Open(Exchange x, ref MessageReader r)
    {
        var open = r.Read<OpenIn>();
        x.KillsSuidGid = (open.OpenFlags & OpenIn.KillSuidGid) != 0;
        return r.Failed ? Malformed(x) : Answer<FuseOpen, OpenFormat>(x, fileSystem.Open(x, x.Node, open.Flags));
    }

    private bool Create(Exchange x, ref MessageReader r)
    {
        var create = r.Read<CreateIn>();
        var name = r.ReadName();
        x.KillsSuidGid = (create.OpenFlags & OpenIn.KillSuidGid) != 0;
        return r.Failed ? Malformed(x) : Answer<FuseCreated, CreatedFormat>(x, fileSystem.Create(x, x.Node, name, create.Mode, create.Umask, create.Flags));
    }

    private bool TmpFile(Exchange x, ref MessageReader r)
    {
        var create = r.Read<CreateIn>();
        return r.Failed ? Malformed(x) : Answer<FuseCreated, CreatedFormat>(x, fileSystem.TemporaryFile(x, x.Node, create.Mode, create.Umask, create.Flags));
    }

    private bool Read(Exchange x, ref MessageReader r)
    {
        var read = r.Read<ReadIn>();
        x.AskedSize = read.Size;
        return r.Failed || IsNegative(read.Offset) || !Fits(x, read.Size) ? Malformed(x)
            : Answer<int, ReadFormat>(x, fileSystem.Read(x, x.Node, new HandleId(read.Handle), (long)read.Offset, x.Payload[..(int)read.Size]));
    }

    private bool Flush(Exchange x, ref MessageReader r)
    {
        var flush = r.Read<FlushIn>();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.Flush(x, x.Node, new HandleId(flush.Handle)));
    }

    private bool Release(Exchange x, ref MessageReader r)
    {
        var release = r.Read<ReleaseIn>();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.Release(x, x.Node, new HandleId(release.Handle), release.Flags));
    }

    private bool Fsync(Exchange x, ref MessageReader r)
    {
        var sync = r.Read<FsyncIn>();
        return r.Failed ? Malformed(x) : Answer(x, fileSystem.Fsync(x, x.Node, new HandleId(sync.Handle), (sync.Flags & FsyncIn.DataOnly) != 0));
    }

    private bool LSeek(Exchange x, ref MessageReader r)
    {
        var seek = r.Read<LSeekIn>();
        return r.Failed || IsNegative(seek.Offset) ? Malformed(x)
            : Answer<long, SeekFormat>(x, fileSystem.Seek(x, x.Node, new HandleId(seek.Handle), (long)seek.Offset, seek.Whence));
    }

    private bool Fallocate(Exchange x, ref MessageReader r)
    {
        var allocate = r.Read<FallocateIn>();
        return r.Failed || IsNegative(allocate.Offset | allocate.Length) ? Malformed(x)
            : Answer(x, fileSystem.Allocate(x, x.Node, new HandleId(allocate.Handle), allocate.Mode, (long)allocate.Offset, (long)allocate.Length));
    }

    private bool Write(Exchange x, ref MessageReader r)
    {
        var write = r.Read<WriteIn>();
        var data = r.ReadBytes(write.Size);
        if (r.Failed || IsNegative(write.Offset))
        {
            return Malformed(x);
        }

        bool fromCache = (write.WriteFlags & WriteIn.FromCache) != 0;
        bool kill = (write.WriteFlags & WriteIn.KillSuidGid) != 0;
        return Answer<int, WriteFormat>(x, fileSystem.Write(x, x.Node, new HandleId(write.Handle), (long)write.Offset, x.MemoryOf(data), fromCache, kill));
    }

    private bool CopyFileRange<TFormat>(Exchange x, ref MessageReader r)
        where TFormat : IReplyFormat<int>
    {
        var copy = r.Read<CopyFileRangeIn>();
        if (r.Failed || IsNegative(copy.FromOffset | copy.ToOffset))
        {
            return Malformed(x);
        }

        // A copy may be short. What was copied must fit the answer, in which older kernels hold 32 bits.
        long length = (long)Math.Min(copy.Length, int.MaxValue & ~0xFFFul);
        return Answer<int, TFormat>(x, fileSystem.CopyFileRange(
            x, x.Node, new HandleId(copy.FromHandle), (long)copy.FromOffset, new NodeId(copy.ToNode), new HandleId(copy.ToHandle), (long)copy.ToOffset, length));
    }
}
