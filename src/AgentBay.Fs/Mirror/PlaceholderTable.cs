using System.Collections.Concurrent;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// The placeholders of a mounted mirror by inode, so that a lookup needs no system call to know one. The mark on the inode is
/// the truth; this is filled from marks (or, after a clean end, from the index) when the mirror is opened.
/// </summary>
public sealed class PlaceholderTable
{
    private readonly ConcurrentDictionary<ulong, PlaceholderMark> marks = new();

    /// <summary>How many placeholders name a version of a key as their source. A version with a count must not be deleted: it is the only copy.</summary>
    private readonly Dictionary<(string Key, string ETag), int> sources = [];
    private readonly Lock sourcesLock = new();
    private readonly ConcurrentDictionary<ulong, bool> lost = new();

    public int Count => marks.Count;

    public bool TryGet(ulong inode, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PlaceholderMark? mark) => marks.TryGetValue(inode, out mark);

    /// <summary>Whether some placeholder's bytes are this version of a key.</summary>
    public bool IsSource(string key, string etag)
    {
        lock (sourcesLock)
        {
            return sources.ContainsKey((key, etag));
        }
    }

    public void Set(ulong inode, PlaceholderMark mark)
    {
        lock (sourcesLock)
        {
            Drop(inode);
            marks[inode] = mark;
            sources[(mark.Key, mark.ETag)] = sources.GetValueOrDefault((mark.Key, mark.ETag)) + 1;
        }
    }

    public void Remove(ulong inode)
    {
        lock (sourcesLock)
        {
            Drop(inode);
            marks.TryRemove(inode, out _);
        }
    }

    /// <summary>The version that a placeholder's bytes were is gone from the store, and so are the bytes.</summary>
    public void Lose(ulong inode)
    {
        lock (sourcesLock)
        {
            if (marks.TryGetValue(inode, out PlaceholderMark? mark) && lost.TryAdd(inode, true))
            {
                Release((mark.Key, mark.ETag));
            }
        }
    }

    /// <summary>Whether nobody has a placeholder's bytes any more, as far as this mount has found out.</summary>
    public bool IsLost(ulong inode) => !lost.IsEmpty && lost.ContainsKey(inode);

    private void Drop(ulong inode)
    {
        if (!lost.TryRemove(inode, out _) && marks.TryGetValue(inode, out PlaceholderMark? old))
        {
            Release((old.Key, old.ETag));
        }
    }

    private void Release((string Key, string ETag) key)
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
