using AgentBay.Posix;

namespace AgentBay.Fuse.Sample;

public partial class MemoryFileSystem
{
    // OpenDirectory is not overridden: its ENOSYS saves OPENDIR and RELEASEDIR and lets the kernel cache listings.

    public override ValueTask<Errno> FsyncDirectory(FuseRequest request, NodeId node, HandleId handle, bool dataOnly) => new(Errno.OK);

    public override ValueTask<Errno> ReadDirectory(FuseRequest request, NodeId node, HandleId handle, ulong offset, DirectoryEntries entries)
    {
        const uint directoryType = StatMode.Directory >> 12;
        lock (gate)
        {
            var folder = Find(node);
            bool room = offset >= 1 || entries.TryAdd("."u8, folder.Id, directoryType, 1);
            room = room && (offset >= 2 || entries.TryAdd(".."u8, folder.Parent!.Id, directoryType, 2));
            for (int i = FirstAfter(folder.Order.Keys, offset); room && i < folder.Order.Count; i++)
            {
                room = Add(entries, folder.Order.Values[i]);
            }

            return new(Errno.OK);
        }
    }

    private static bool Add(DirectoryEntries entries, MemoryEntry entry)
    {
        if (!entries.WithAttributes)
        {
            return entries.TryAdd(entry.Name, entry.Node.Id, entry.Node.Mode >> 12, entry.Cookie);
        }

        bool added = entries.TryAdd(entry.Name, Referenced(entry.Node), entry.Cookie);
        if (!added)
        {
            entry.Node.Lookups--;   // It did not fit: the kernel got no reference.
        }

        return added;
    }

    private static int FirstAfter(IList<ulong> cookies, ulong offset)
    {
        int low = 0, high = cookies.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = cookies[middle] <= offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
