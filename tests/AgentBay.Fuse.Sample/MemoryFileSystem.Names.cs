using AgentBay.Posix;

namespace AgentBay.Fuse.Sample;

public partial class MemoryFileSystem
{
    private const int LongestName = 255;
    private const uint NoReplace = 1, Exchange = 2;

    public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestName)
        {
            return (FuseResult<FuseEntry>)Errno.ENAMETOOLONG;
        }

        lock (gate)
        {
            return Find(parent).Children.TryGetValue(Text(name), out var entry)
                ? (FuseResult<FuseEntry>)Referenced(entry.Node)
                : (FuseResult<FuseEntry>)FuseEntry.Negative(Lifetime);
        }
    }

    public override ValueTask<FuseResult<FuseEntry>> Symlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        byte[] bytes = target.ToArray();
        return Make(request, parent, name, (id, gid) => new MemoryNode(id, StatMode.Symlink | 0x1FF, request.Uid, gid) { Target = bytes });
    }

    public override ValueTask<FuseResult<FuseEntry>> MakeNode(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint device, uint umask) =>
        Make(request, parent, name, (id, gid) => new MemoryNode(id, mode & ~umask, request.Uid, gid) { Device = device });

    public override ValueTask<FuseResult<FuseEntry>> MakeDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, uint mode, uint umask) =>
        Make(request, parent, name, (id, gid) => new MemoryNode(id, StatMode.Directory | (mode & ~umask), request.Uid, gid));

    public override ValueTask<Errno> Unlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => Remove(parent, Text(name), directory: false);

    public override ValueTask<Errno> RemoveDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name) => Remove(parent, Text(name), directory: true);

    public override ValueTask<FuseResult<FuseEntry>> Link(FuseRequest request, NodeId node, NodeId newParent, ReadOnlySpan<byte> newName)
    {
        lock (gate)
        {
            var target = Find(node);
            var folder = Find(newParent);
            string text = Text(newName);
            if (newName.Length > LongestName)
            {
                return (FuseResult<FuseEntry>)Errno.ENAMETOOLONG;
            }

            if (folder.Children.ContainsKey(text))
            {
                return (FuseResult<FuseEntry>)Errno.EEXIST;
            }

            folder.Add(text, target);
            target.Links++;
            target.ChangeTimeNs = MemoryNode.Now;
            return (FuseResult<FuseEntry>)Referenced(target);
        }
    }

    public override ValueTask<Errno> Rename(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, NodeId newParent, ReadOnlySpan<byte> newName, uint flags)
    {
        if ((flags & ~(NoReplace | Exchange)) != 0)
        {
            return new(Errno.EINVAL);
        }

        lock (gate)
        {
            return new(Rename(Find(parent), Text(name), Find(newParent), Text(newName), flags));
        }
    }

    private Errno Rename(MemoryNode from, string name, MemoryNode to, string newName, uint flags)
    {
        if (newName.Length > LongestName)
        {
            return Errno.ENAMETOOLONG;
        }

        if (!from.Children.TryGetValue(name, out var source))
        {
            return Errno.ENOENT;
        }

        to.Children.TryGetValue(newName, out var target);
        if (flags == Exchange)
        {
            if (target is null)
            {
                return Errno.ENOENT;
            }

            from.Remove(name);
            to.Remove(newName);
            from.Add(name, target.Node);
            to.Add(newName, source.Node);
            return Errno.OK;
        }

        if (target is not null)
        {
            Errno error = flags == NoReplace ? Errno.EEXIST : MayReplace(source.Node, target.Node);
            if (error != Errno.OK)
            {
                return error;
            }

            if (source.Node == target.Node)
            {
                return Errno.OK;   // Two links of one file: POSIX says that nothing happens.
            }

            to.Remove(newName);
            Unlinked(target.Node);
        }

        from.Remove(name);
        to.Add(newName, source.Node);
        source.Node.ChangeTimeNs = MemoryNode.Now;
        return Errno.OK;
    }

    private static Errno MayReplace(MemoryNode source, MemoryNode target) =>
        target.IsDirectory && !source.IsDirectory ? Errno.EISDIR
        : source.IsDirectory && !target.IsDirectory ? Errno.ENOTDIR
        : target.Children.Count > 0 ? Errno.ENOTEMPTY
        : Errno.OK;

    private ValueTask<Errno> Remove(NodeId parent, string name, bool directory)
    {
        lock (gate)
        {
            var folder = Find(parent);
            if (!folder.Children.TryGetValue(name, out var entry))
            {
                return new(Errno.ENOENT);
            }

            if (entry.Node.IsDirectory != directory)
            {
                return new(directory ? Errno.ENOTDIR : Errno.EISDIR);
            }

            if (entry.Node.Children.Count > 0)
            {
                return new(Errno.ENOTEMPTY);
            }

            folder.Remove(name);
            Unlinked(entry.Node);
            return new(Errno.OK);
        }
    }

    private void Unlinked(MemoryNode node)
    {
        node.Links--;
        node.ChangeTimeNs = MemoryNode.Now;
        DropIfUnused(node);
    }

    private ValueTask<FuseResult<FuseEntry>> Make(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, Func<ulong, uint, MemoryNode> make)
    {
        lock (gate)
        {
            var result = Make(request, Find(parent), name, make);
            return result.IsError ? (FuseResult<FuseEntry>)result.Error : (FuseResult<FuseEntry>)Referenced(result.Value);
        }
    }

    private FuseResult<MemoryNode> Make(FuseRequest request, MemoryNode folder, ReadOnlySpan<byte> name, Func<ulong, uint, MemoryNode> make)
    {
        string text = Text(name);
        if (name.Length > LongestName)
        {
            return Errno.ENAMETOOLONG;
        }

        if (folder.Children.ContainsKey(text))
        {
            return Errno.EEXIST;
        }

        var node = Born(request, folder, make);
        folder.Add(text, node);
        node.Links = 1;
        return node;
    }

    /// <summary>A setgid folder gives its group, and to folders the bit too.</summary>
    private MemoryNode Born(FuseRequest request, MemoryNode folder, Func<ulong, uint, MemoryNode> make)
    {
        bool inherits = (folder.Mode & StatMode.SetGid) != 0;
        var node = make(nextId++, inherits ? folder.Gid : request.Gid);
        if (inherits && node.IsDirectory)
        {
            node.Mode |= StatMode.SetGid;
        }

        nodes.Add(node.Id, node);
        return node;
    }
}
