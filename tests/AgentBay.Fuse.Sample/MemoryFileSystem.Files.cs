using AgentBay.Posix;

namespace AgentBay.Fuse.Sample;

public partial class MemoryFileSystem
{
    private const int KeepSize = 1, PunchHole = 2;
    private const int SeekData = 3, SeekHole = 4;

    public override ValueTask<FuseResult<FuseOpen>> Open(FuseRequest request, NodeId node, int flags)
    {
        lock (gate)
        {
            var file = Find(node);
            if ((flags & OpenFlags.Truncate) != 0)
            {
                file.Resize(0);
                if (request.KillSuidGid)
                {
                    file.KillSuidGid();
                }
            }

            return (FuseResult<FuseOpen>)new FuseOpen(default, FuseOpenFlags.KeepCache);
        }
    }

    public override ValueTask<FuseResult<FuseCreated>> Create(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask, int flags)
    {
        lock (gate)
        {
            var made = Make(request, Find(parent), name, (id, gid) => new MemoryNode(id, StatMode.Regular | (mode & ~umask & StatMode.PermissionMask), request.Uid, gid));
            return made.IsError
                ? (FuseResult<FuseCreated>)made.Error
                : (FuseResult<FuseCreated>)new FuseCreated(Referenced(made.Value), new FuseOpen(default, FuseOpenFlags.KeepCache));
        }
    }

    public override ValueTask<FuseResult<FuseCreated>> TemporaryFile(FuseRequest request, NodeId parent, uint mode, uint umask, int flags)
    {
        lock (gate)
        {
            var node = Born(request, Find(parent), (id, gid) => new MemoryNode(id, StatMode.Regular | (mode & ~umask & StatMode.PermissionMask), request.Uid, gid));
            return (FuseResult<FuseCreated>)new FuseCreated(Referenced(node), new FuseOpen(default));
        }
    }

    public override ValueTask<FuseResult<int>> Read(FuseRequest request, NodeId node, HandleId handle, long offset, Memory<byte> buffer)
    {
        lock (gate)
        {
            var file = Find(node);
            int count = (int)Math.Clamp(file.Size - offset, 0, buffer.Length);
            file.Bytes.AsSpan((int)Math.Min(offset, file.Size), count).CopyTo(buffer.Span);
            return (FuseResult<int>)count;
        }
    }

    public override ValueTask<FuseResult<int>> Write(FuseRequest request, NodeId node, HandleId handle, long offset, ReadOnlyMemory<byte> data, bool fromCache, bool killSuidGid)
    {
        lock (gate)
        {
            if (offset > LargestFile - data.Length)
            {
                return (FuseResult<int>)Errno.EFBIG;
            }

            var file = Find(node);
            if (offset + data.Length > file.Size)
            {
                file.Resize(offset + data.Length);
            }

            if (killSuidGid)
            {
                file.KillSuidGid();
            }

            data.Span.CopyTo(file.Bytes.AsSpan((int)offset));
            file.Touch();
            return (FuseResult<int>)data.Length;
        }
    }

    public override ValueTask<Errno> Release(FuseRequest request, NodeId node, HandleId handle, int flags) => new(Errno.OK);

    public override ValueTask<Errno> Fsync(FuseRequest request, NodeId node, HandleId handle, bool dataOnly) => new(Errno.OK);

    public override ValueTask<FuseResult<long>> Seek(FuseRequest request, NodeId node, HandleId handle, long offset, int whence)
    {
        lock (gate)
        {
            int size = Find(node).Size;
            return offset >= size ? (FuseResult<long>)Errno.ENXIO
                : whence == SeekData ? (FuseResult<long>)offset
                : whence == SeekHole ? (FuseResult<long>)(long)size
                : (FuseResult<long>)Errno.EINVAL;
        }
    }

    public override ValueTask<Errno> Allocate(FuseRequest request, NodeId node, HandleId handle, int mode, long offset, long length)
    {
        lock (gate)
        {
            var file = Find(node);
            if (mode is not (0 or KeepSize or (PunchHole | KeepSize)) || offset > LargestFile - length)
            {
                return new(mode is 0 or KeepSize or (PunchHole | KeepSize) ? Errno.EFBIG : Errno.EOPNOTSUPP);
            }

            if (mode == 0 && offset + length > file.Size)
            {
                file.Resize(offset + length);
            }
            else if ((mode & PunchHole) != 0 && offset < file.Size)
            {
                file.Bytes.AsSpan((int)offset, (int)Math.Min(length, file.Size - offset)).Clear();
                file.Touch();
            }

            return new(Errno.OK);
        }
    }

    public override ValueTask<FuseResult<int>> CopyFileRange(FuseRequest request, NodeId fromNode, HandleId fromHandle, long fromOffset, NodeId toNode, HandleId toHandle, long toOffset, long length)
    {
        lock (gate)
        {
            var from = Find(fromNode);
            var to = Find(toNode);
            int count = (int)Math.Clamp(from.Size - fromOffset, 0, length);
            if (toOffset > LargestFile - count)
            {
                return (FuseResult<int>)Errno.EFBIG;
            }

            if (toOffset + count > to.Size)
            {
                to.Resize(toOffset + count);
            }

            from.Bytes.AsSpan((int)Math.Min(fromOffset, from.Size), count).CopyTo(to.Bytes.AsSpan((int)toOffset));
            to.Touch();
            return (FuseResult<int>)count;
        }
    }
}
