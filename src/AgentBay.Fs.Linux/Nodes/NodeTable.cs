using System.Diagnostics.CodeAnalysis;

namespace AgentBay.Fs.Linux;

/// <summary>
/// The nodes that the kernel knows, by id and by inode. An id is given once and never again, so that no generation is needed.
/// INVARIANT: of two nodes with one inode number only the newer is found by inode; the older has no name.
/// INVARIANT: a node stays while the kernel refers to it, while it is open, and while a node in the table lies in it.
/// </summary>
internal sealed class NodeTable
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, Node> byId = [];
    private readonly Dictionary<ulong, Node> byInode = [];
    private ulong lastId = NodeId.Root.Value;
    private long pathVersion;

    internal NodeTable(in FileStatus root)
    {
        Root = new Node(NodeId.Root.Value, root.Inode, root.BirthTimeNs, StatMode.Directory) { Lookups = 1, PathVersion = long.MaxValue };
        byId.Add(Root.Id.Value, Root);
        byInode.Add(Root.Inode, Root);
    }

    internal Node Root { get; }

    internal int Count
    {
        get
        {
            lock (gate)
            {
                return byId.Count;
            }
        }
    }

    internal bool TryGet(NodeId id, [NotNullWhen(true)] out Node? node)
    {
        lock (gate)
        {
            return byId.TryGetValue(id.Value, out node);
        }
    }

    internal List<Node> All()
    {
        lock (gate)
        {
            return [.. byId.Values];
        }
    }

    /// <summary>The node of this very inode, if the kernel knows one.</summary>
    internal Node? Find(in FileStatus status)
    {
        lock (gate)
        {
            return byInode.TryGetValue(status.Inode, out Node? node) && node.BirthTimeNs == status.BirthTimeNs ? node : null;
        }
    }

    /// <summary>The node of an inode that was found under a name; the kernel holds one more reference.</summary>
    /// <param name="created">Made just now: a node with this number belongs to an inode that is gone.</param>
    internal Node Found(Node parent, ReadOnlySpan<byte> name, in FileStatus status, bool created = false)
    {
        lock (gate)
        {
            Node node = Take(status, created);
            if (node != Root && !HasName(node, parent, name))
            {
                if (node.IsFolder || status.Links <= 1)
                {
                    DropNames(node); // It moved behind our back: sync renamed it.
                }

                AddName(node, parent, name.ToArray());
            }

            PutFirst(node, parent, name);
            return node;
        }
    }

    /// <summary>The node of a new inode without a name.</summary>
    internal Node Nameless(in FileStatus status)
    {
        lock (gate)
        {
            return Take(status, created: true);
        }
    }

    internal void Forget(NodeId id, ulong lookups)
    {
        lock (gate)
        {
            if (byId.TryGetValue(id.Value, out Node? node) && node != Root)
            {
                node.Lookups -= Math.Min(lookups, node.Lookups);
                RemoveIfUnused(node);
            }
        }
    }

    /// <summary>Lets a node go whose last handle was closed after it had been forgotten.</summary>
    internal void Closed(Node node)
    {
        lock (gate)
        {
            RemoveIfUnused(node);
        }
    }

    /// <returns>False when there is no known name left.</returns>
    internal bool RemoveName(Node node, Node parent, ReadOnlySpan<byte> name)
    {
        lock (gate)
        {
            if (node.Parent == parent && name.SequenceEqual(node.Name))
            {
                RemoveFirstName(node);
            }
            else if (node.FurtherNames is { } further)
            {
                for (int i = 0; i < further.Count; i++)
                {
                    if (further[i].Parent == parent && name.SequenceEqual(further[i].Name))
                    {
                        further.RemoveAt(i);
                        RemoveChild(parent);
                        break;
                    }
                }
            }

            return node.Parent is not null;
        }
    }

    internal void Rename(Node node, Node parent, ReadOnlySpan<byte> name, Node newParent, ReadOnlySpan<byte> newName)
    {
        lock (gate)
        {
            if (node.IsFolder)
            {
                pathVersion++;
            }

            // The new name first, so that a parent whose last child this was stays.
            AddName(node, newParent, newName.ToArray());
            _ = RemoveName(node, parent, name);
        }
    }

    internal bool TryGetName(Node node, [NotNullWhen(true)] out Node? parent, out byte[] name)
    {
        lock (gate)
        {
            parent = node.Parent;
            name = node.Name;
            return parent is not null;
        }
    }

    /// <summary>Where a node is now, under the first name that is known.</summary>
    /// <returns>False when it, or a folder above it, has no name.</returns>
    internal bool TryGetPath(Node node, out TreePath path)
    {
        lock (gate)
        {
            return TryGetPathCore(node, out path);
        }
    }

    /// <summary>Every name that is known.</summary>
    internal List<TreePath> PathsOf(Node node)
    {
        var paths = new List<TreePath>(1);
        lock (gate)
        {
            if (TryGetPathCore(node, out TreePath first))
            {
                paths.Add(first);
            }

            foreach ((Node parent, byte[] name) in node.FurtherNames ?? [])
            {
                if (TryGetPathCore(parent, out TreePath folder))
                {
                    paths.Add(folder.Append(name));
                }
            }
        }

        return paths;
    }

    private bool TryGetPathCore(Node node, out TreePath path)
    {
        if (node == Root)
        {
            path = TreePath.Root;
            return true;
        }

        if (node.PathVersion == pathVersion)
        {
            path = node.Path;
            return true;
        }

        if (node.Parent is null || !TryGetPathCore(node.Parent, out TreePath folder))
        {
            path = default;
            return false;
        }

        path = folder.Append(node.Name);
        if (node.IsFolder)
        {
            node.Path = path;
            node.PathVersion = pathVersion;
        }

        return true;
    }

    private Node Take(in FileStatus status, bool created)
    {
        if (byInode.TryGetValue(status.Inode, out Node? node))
        {
            if (!created && node.BirthTimeNs == status.BirthTimeNs)
            {
                node.Lookups++;
                return node;
            }

            DropNames(node);
        }

        node = new Node(++lastId, status.Inode, status.BirthTimeNs, status.Mode & StatMode.TypeMask) { Lookups = 1 };
        byId.Add(node.Id.Value, node);
        byInode[status.Inode] = node;
        return node;
    }

    private static bool HasName(Node node, Node parent, ReadOnlySpan<byte> name)
    {
        if (node.Parent == parent && name.SequenceEqual(node.Name))
        {
            return true;
        }

        foreach ((Node otherParent, byte[] otherName) in node.FurtherNames ?? [])
        {
            if (otherParent == parent && name.SequenceEqual(otherName))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The name that was just seen is the one to go by: sync may have put another inode under the others.</summary>
    private static void PutFirst(Node node, Node parent, ReadOnlySpan<byte> name)
    {
        if (node.FurtherNames is not { Count: > 0 } further || (node.Parent == parent && name.SequenceEqual(node.Name)))
        {
            return;
        }

        for (int i = 0; i < further.Count; i++)
        {
            if (further[i].Parent == parent && name.SequenceEqual(further[i].Name))
            {
                ((node.Parent, node.Name), further[i]) = (further[i], (node.Parent!, node.Name));
                return;
            }
        }
    }

    private static void AddName(Node node, Node parent, byte[] name)
    {
        parent.Children++;
        if (node.Parent is null)
        {
            node.Parent = parent;
            node.Name = name;
            node.LastStatus = null;
        }
        else
        {
            (node.FurtherNames ??= []).Add((parent, name));
        }
    }

    private void RemoveFirstName(Node node)
    {
        Node parent = node.Parent!;
        node.PathVersion = -1;
        if (node.FurtherNames is { Count: > 0 } further)
        {
            (node.Parent, node.Name) = further[^1];
            further.RemoveAt(further.Count - 1);
        }
        else
        {
            node.Parent = null;
            if (node.IsFolder)
            {
                pathVersion++; // What lay below it has no path any more.
            }
        }

        RemoveChild(parent);
    }

    private void DropNames(Node node)
    {
        while (node.Parent is not null)
        {
            RemoveFirstName(node);
        }
    }

    private void RemoveChild(Node parent)
    {
        parent.Children--;
        RemoveIfUnused(parent);
    }

    private void RemoveIfUnused(Node node)
    {
        if (node.Lookups > 0 || node.Children > 0 || node == Root || node.Opens > 0)
        {
            return;
        }

        if (!byId.Remove(node.Id.Value))
        {
            return;
        }

        if (byInode.TryGetValue(node.Inode, out Node? current) && current == node)
        {
            byInode.Remove(node.Inode);
        }

        DropNames(node);
        Removed?.Invoke(node);
    }

    /// <summary>Called when a node left the table, under its lock: what it holds must be given back.</summary>
    internal Action<Node>? Removed { get; set; }
}
