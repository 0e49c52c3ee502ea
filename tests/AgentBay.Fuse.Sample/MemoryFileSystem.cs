using System.Text;
using AgentBay.Posix;

namespace AgentBay.Fuse.Sample;

/// <summary>A complete small filesystem in memory: what a mount needs, and nothing clever. One lock guards everything.</summary>
public partial class MemoryFileSystem : FuseFileSystem
{
    // Nothing changes behind the kernel's back.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private const long LargestFile = 1 << 30;

    private readonly Lock gate = new();
    private readonly Dictionary<ulong, MemoryNode> nodes = [];
    private ulong nextId = NodeId.Root.Value + 1;

    public MemoryFileSystem()
    {
        var root = new MemoryNode(NodeId.Root.Value, StatMode.Directory | 0x1FF, Syscall.EffectiveUid, Syscall.EffectiveGid) { Links = 1, Lookups = 1 };
        root.Parent = root;
        nodes.Add(root.Id, root);
    }

    /// <summary>Nodes that are alive: named, or held by the kernel.</summary>
    public int NodeCount
    {
        get
        {
            lock (gate)
            {
                return nodes.Count;
            }
        }
    }

    public override void Forget(NodeId node, ulong lookups)
    {
        lock (gate)
        {
            var found = Find(node);
            found.Lookups -= lookups;
            DropIfUnused(found);
        }
    }

    public override ValueTask<FuseResult<FuseAttributesReply>> GetAttributes(FuseRequest request, NodeId node, HandleId? handle)
    {
        lock (gate)
        {
            return Attributes(Find(node));
        }
    }

    public override ValueTask<FuseResult<FuseAttributesReply>> SetAttributes(FuseRequest request, NodeId node, in FuseSetAttributes change)
    {
        lock (gate)
        {
            var found = Find(node);
            if (change.Size is { } size)
            {
                if (size > LargestFile)
                {
                    return (FuseResult<FuseAttributesReply>)Errno.EFBIG;
                }

                found.Resize(size);
            }

            if (change.KillSuidGid)
            {
                found.KillSuidGid();
            }

            found.Mode = change.Mode is { } mode ? (found.Mode & StatMode.TypeMask) | (mode & StatMode.PermissionMask) : found.Mode;
            found.Uid = change.Uid ?? found.Uid;
            found.Gid = change.Gid ?? found.Gid;
            found.AccessTimeNs = Time(change.AccessTimeNs) ?? found.AccessTimeNs;
            found.ModifyTimeNs = Time(change.ModifyTimeNs) ?? found.ModifyTimeNs;
            found.ChangeTimeNs = Time(change.ChangeTimeNs) ?? MemoryNode.Now;
            return Attributes(found);
        }
    }

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> ReadLink(FuseRequest request, NodeId node)
    {
        lock (gate)
        {
            return (FuseResult<ReadOnlyMemory<byte>>)(ReadOnlyMemory<byte>)Find(node).Target;
        }
    }

    public override ValueTask<FuseResult<FuseStatFs>> StatFs(FuseRequest request, NodeId node) =>
        (FuseResult<FuseStatFs>)new FuseStatFs(1 << 20, 1 << 19, 1 << 19, 1 << 20, 1 << 19, 4096, 255, 4096);

    private MemoryNode Find(NodeId node) => nodes[node.Value];

    /// <summary>An entry reply: the kernel holds one reference more.</summary>
    private static FuseEntry Referenced(MemoryNode node)
    {
        node.Lookups++;
        return new FuseEntry { Node = new NodeId(node.Id), Attributes = node.Attributes, EntryLifetime = Lifetime, AttributesLifetime = Lifetime };
    }

    private static FuseResult<FuseAttributesReply> Attributes(MemoryNode node) => new FuseAttributesReply(node.Attributes, Lifetime);

    private void DropIfUnused(MemoryNode node)
    {
        if (node.Links == 0 && node.Lookups == 0)
        {
            nodes.Remove(node.Id);
        }
    }

    private static long? Time(long? ns) => ns == FuseSetAttributes.Now ? MemoryNode.Now : ns;

    private static string Text(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name);
}
