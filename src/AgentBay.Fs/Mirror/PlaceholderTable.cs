using System.Collections.Concurrent;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// The placeholders of a mounted mirror by inode, so that a lookup needs no system call to know one. The mark on the inode is
/// the truth; this is filled from marks (or, after a clean end, from the index) when the mirror is opened.
/// </summary>
public sealed class PlaceholderTable
{
    private readonly ConcurrentDictionary<ulong, PlaceholderMark> marks = new();

    /// <summary>How many placeholders name a key as their source. A key with a count must not be deleted: it is the only copy.</summary>
    private readonly Dictionary<string, int> sources = [];
    private readonly Lock sourcesLock = new();

    public int Count => marks.Count;

    public bool TryGet(ulong inode, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PlaceholderMark? mark) => marks.TryGetValue(inode, out mark);

    public bool IsSource(string key)
    {
        lock (sourcesLock)
        {
            return sources.ContainsKey(key);
        }
    }

    public void Set(ulong inode, PlaceholderMark mark)
    {
        lock (sourcesLock)
        {
            if (marks.TryGetValue(inode, out PlaceholderMark? old))
            {
                Release(old.Key);
            }

            marks[inode] = mark;
            sources[mark.Key] = sources.GetValueOrDefault(mark.Key) + 1;
        }
    }

    public void Remove(ulong inode)
    {
        lock (sourcesLock)
        {
            if (marks.TryRemove(inode, out PlaceholderMark? old))
            {
                Release(old.Key);
            }
        }
    }

    private void Release(string key)
    {
        int left = sources[key] - 1;
        if (left == 0)
        {
            sources.Remove(key);
        }
        else
        {
            sources[key] = left;
        }
    }
}
