using System.Text;
using AgentBay.Posix;

namespace AgentBay.Fuse.Sample;

public partial class MemoryFileSystem
{
    public override ValueTask<Errno> SetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags)
    {
        lock (gate)
        {
            var found = Find(node);
            string key = Text(name);
            bool exists = found.Xattrs.ContainsKey(key);
            if (flags == Syscall.XattrCreate && exists)
            {
                return new(Errno.EEXIST);
            }

            if (flags == Syscall.XattrReplace && !exists)
            {
                return new(Errno.ENODATA);
            }

            found.Xattrs[key] = value.ToArray();
            found.ChangeTimeNs = MemoryNode.Now;
            return new(Errno.OK);
        }
    }

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> GetXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name)
    {
        lock (gate)
        {
            return Find(node).Xattrs.TryGetValue(Text(name), out var value)
                ? (FuseResult<ReadOnlyMemory<byte>>)(ReadOnlyMemory<byte>)value
                : (FuseResult<ReadOnlyMemory<byte>>)Errno.ENODATA;
        }
    }

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> ListXattr(FuseRequest request, NodeId node)
    {
        lock (gate)
        {
            byte[] list = Encoding.Latin1.GetBytes(string.Concat(Find(node).Xattrs.Keys.Select(k => k + '\0')));
            return (FuseResult<ReadOnlyMemory<byte>>)(ReadOnlyMemory<byte>)list;
        }
    }

    public override ValueTask<Errno> RemoveXattr(FuseRequest request, NodeId node, ReadOnlySpan<byte> name)
    {
        lock (gate)
        {
            return new(Find(node).Xattrs.Remove(Text(name)) ? Errno.OK : Errno.ENODATA);
        }
    }
}
