using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// One page of a listing: a walk over the folders in key order that enters only those which can hold something of the page.
/// The token is the last key ("o…") or common prefix ("p…") of the page before, so any process can go on.
/// </summary>
internal sealed class ListWalk
{
    private readonly Folders folders;
    private readonly FolderReader reader;
    private readonly Func<SafeFileHandle, FolderEntry, StoredFile?> open;
    private readonly EmbeddedErrors errors;
    private readonly Deadlines deadlines;
    private readonly long nowNs;
    private readonly byte[] prefix;
    private readonly byte[]? delimiter;
    private readonly byte[]? after;
    private readonly bool afterPrefix;
    private readonly int max;
    private readonly List<ObjectInfo> objects = [];
    private readonly List<string> prefixes = [];
    private byte[]? lastPrefix;
    private string? lastToken;
    private bool more;

    internal ListWalk(
        ListRequest request, Folders folders, FolderReader reader, Deadlines deadlines, long nowNs,
        Func<SafeFileHandle, FolderEntry, StoredFile?> open, EmbeddedErrors errors)
    {
        this.deadlines = deadlines;
        this.nowNs = nowNs;
        this.folders = folders;
        this.reader = reader;
        this.open = open;
        this.errors = errors;
        prefix = Encoding.UTF8.GetBytes(request.Prefix);
        delimiter = string.IsNullOrEmpty(request.Delimiter) ? null : Encoding.UTF8.GetBytes(request.Delimiter);
        max = request.MaxKeys;
        if (request.ContinuationToken is [var kind, .. var position])
        {
            after = Encoding.UTF8.GetBytes(position);
            afterPrefix = kind == 'p';
        }
    }

    /// <summary>Keys that it met and left out because their time is over.</summary>
    internal List<string> Expired { get; } = [];

    internal ListPage Run(CancellationToken cancellationToken)
    {
        byte[] start = prefix.AsSpan(0, prefix.AsSpan().LastIndexOf((byte)'/') + 1).ToArray();
        Errno result = folders.TryOpen(KeyPlaces.FolderPath(start), out var folder);
        using (folder)
        {
            if (result == Errno.OK)
            {
                Visit(folder, start, cancellationToken);
            }
            else if (result is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ENAMETOOLONG))
            {
                throw errors.Create("list", result);
            }
        }

        return new ListPage(objects, prefixes, more ? lastToken : null);
    }

    private void Visit(SafeFileHandle folder, byte[] folderKey, CancellationToken cancellationToken)
    {
        FolderEntry[] entries = reader.Read(folder);
        for (int i = FirstOf(entries, folderKey); i < entries.Length && !more; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] key = [.. folderKey, .. entries[i].SortName];
            bool below = key.AsSpan().StartsWith(prefix);
            if (!below && !(entries[i].IsFolder && prefix.AsSpan().StartsWith(key)))
            {
                if (key.AsSpan().SequenceCompareTo(prefix) > 0)
                {
                    return;
                }
            }
            else if (IsBehind(key, entries[i].IsFolder))
            {
                continue;
            }
            else if (below && CommonPrefix(key) is { } common)
            {
                AddPrefix(folder, entries[i], key, common);
            }
            else if (entries[i].IsFolder)
            {
                VisitBelow(folder, entries[i], key, cancellationToken);
            }
            else
            {
                AddObject(folder, entries[i], key);
            }
        }
    }

    /// <summary>The first entry that is not before the page, found without looking at those before it.</summary>
    private int FirstOf(FolderEntry[] entries, byte[] folderKey)
    {
        ReadOnlySpan<byte> from = after != null && after.AsSpan().SequenceCompareTo(prefix) > 0 ? after : prefix;
        if (!from.StartsWith(folderKey))
        {
            return 0;
        }

        ReadOnlySpan<byte> rest = from[folderKey.Length..];
        int slash = rest.IndexOf((byte)'/');
        rest = slash < 0 ? rest : rest[..(slash + 1)];
        int low = 0, high = entries.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (entries[middle].SortName.AsSpan().SequenceCompareTo(rest) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Whether an entry, with all that is below it, belongs to the pages before.</summary>
    private bool IsBehind(byte[] key, bool isFolder)
    {
        if (lastPrefix != null && key.AsSpan().StartsWith(lastPrefix))
        {
            return true;
        }

        return after != null
            && ((afterPrefix && key.AsSpan().StartsWith(after)) || (key.AsSpan().SequenceCompareTo(after) <= 0 && !(isFolder && after.AsSpan().StartsWith(key))));
    }

    private byte[]? CommonPrefix(byte[] key)
    {
        int at = delimiter == null ? -1 : key.AsSpan(prefix.Length).IndexOf(delimiter);
        return at < 0 ? null : key[..(prefix.Length + at + delimiter!.Length)];
    }

    private void AddPrefix(SafeFileHandle folder, FolderEntry entry, byte[] key, byte[] common)
    {
        if (!HasObject(folder, entry, key))
        {
            return;
        }

        if (!IsFull())
        {
            lastPrefix = common;
            prefixes.Add(Encoding.UTF8.GetString(common));
            lastToken = "p" + prefixes[^1];
        }
    }

    private void AddObject(SafeFileHandle folder, FolderEntry entry, byte[] key)
    {
        using StoredFile? file = OpenLive(folder, entry, key);
        if (file != null && !IsFull())
        {
            objects.Add(file.ToInfo(Encoding.UTF8.GetString(key)));
            lastToken = "o" + objects[^1].Key;
        }
    }

    private bool IsFull() => more = objects.Count + prefixes.Count >= max;

    private void VisitBelow(SafeFileHandle folder, FolderEntry entry, byte[] key, CancellationToken cancellationToken)
    {
        using SafeFileHandle? below = OpenFolder(folder, entry);
        if (below != null)
        {
            Visit(below, key, cancellationToken);
        }
    }

    private StoredFile? OpenLive(SafeFileHandle folder, FolderEntry entry, byte[] key)
    {
        StoredFile? file = open(folder, entry);
        if (file == null || !deadlines.HavePassed(key, file.Record.Modified, nowNs))
        {
            return file;
        }

        file.Dispose();
        Expired.Add(Encoding.UTF8.GetString(key));
        return null;
    }

    /// <summary>An empty folder, made by hand or left by a crash, is no prefix of any key; nor is one of expired objects.</summary>
    private bool HasObject(SafeFileHandle folder, FolderEntry entry, byte[] key)
    {
        if (!entry.IsFolder)
        {
            using StoredFile? file = deadlines.None ? null : OpenLive(folder, entry, key);
            return deadlines.None || file != null;
        }

        using SafeFileHandle? below = OpenFolder(folder, entry);
        if (below == null)
        {
            return false;
        }

        // Files first: one that lives saves looking into folders.
        FolderEntry[] entries = reader.Read(below);
        return entries.Where(static e => !e.IsFolder).Concat(entries.Where(static e => e.IsFolder)).Any(e => HasObject(below, e, [.. key, .. e.SortName]));
    }

    /// <returns>Null when it went away meanwhile.</returns>
    private SafeFileHandle? OpenFolder(SafeFileHandle folder, FolderEntry entry)
    {
        Errno result = Syscall.OpenBeneath(folder, entry.Path, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var below);
        if (result == Errno.OK)
        {
            return below;
        }

        below.Dispose();
        return result is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP ? null : throw errors.Create("list", result);
    }
}
