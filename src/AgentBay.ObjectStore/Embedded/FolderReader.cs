using System.Buffers;
using System.Collections.Concurrent;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>Reads folders as keys see them: sorted, names decoded; what is no object's or folder's name of ours is left out.</summary>
internal sealed class FolderReader(EmbeddedErrors errors)
{
    private const int CacheFrom = 1000;
    private const int CachedFolders = 8;
    private const long SettledNs = 200_000_000;

    private readonly ConcurrentDictionary<(ulong Device, ulong Inode), (long ChangeTimeNs, FolderEntry[] Entries)> cache = new();

    internal FolderEntry[] Read(SafeFileHandle folder)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
        errors.Check("stat", Syscall.Stat(folder, out var status));
        var identity = (status.Device, status.Inode);
        if (cache.TryGetValue(identity, out var cached) && cached.ChangeTimeNs == status.ChangeTimeNs)
        {
            return cached.Entries;
        }

        bool hasPieces = false;
        var found = new List<FolderEntry>();
        ReadInto(folder, [], [], found, ref hasPieces);
        FolderEntry[] entries = SortAndJoin(found);

        // The pages of a large folder's listing share one reading. The kernel's clock ticks in milliseconds, so a ctime tells later
        // changes only when it is not fresh; a change inside a piece's folder does not change ours.
        if (entries.Length >= CacheFrom && !hasPieces && now - status.ChangeTimeNs > SettledNs)
        {
            if (cache.Count >= CachedFolders)
            {
                cache.Clear();
            }

            cache[identity] = (status.ChangeTimeNs, entries);
        }

        return entries;
    }

    private void ReadInto(SafeFileHandle folder, byte[] pieces, byte[] path, List<FolderEntry> found, ref bool hasPieces)
    {
        var names = new List<DirectoryName>();
        errors.Check("read a folder", Syscall.ReadDirectory(folder, names));
        found.EnsureCapacity(found.Count + names.Count);
        foreach (var name in names)
        {
            (bool isFile, bool isFolder) = TypeOf(folder, name);
            if (!isFile && !isFolder)
            {
                continue;   // Links, sockets and the like are no objects.
            }

            if (name.Name is not [(byte)'%', ..])
            {
                if (pieces.Length == 0 && NameCodec.IsPlain(name.Name) && System.Text.Unicode.Utf8.IsValid(name.Name))
                {
                    found.Add(new FolderEntry(isFolder ? [.. name.Name, (byte)'/'] : name.Name, name.Name, isFolder));
                }
            }
            else if (name.Name is [_, NameCodec.PieceMark, ..] && isFolder)
            {
                hasPieces = true;
                Errno result = Syscall.OpenBeneath(folder, name.Name, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out var piece);
                using (piece)
                {
                    if (result == Errno.OK)
                    {
                        ReadInto(piece, [.. pieces, .. name.Name[2..]], [.. path, .. name.Name, (byte)'/'], found, ref hasPieces);
                    }
                }
            }
            else if (name.Name is [_, var mark, ..] && mark == (isFolder ? NameCodec.FolderMark : NameCodec.ObjectMark))
            {
                AddEscaped([.. pieces, .. name.Name[2..]], [.. path, .. name.Name], mark, isFolder, found);
            }
        }
    }

    /// <summary>Only a name that we would give: so that two names never mean one key, but for an object's plain and escaped one.</summary>
    private static void AddEscaped(byte[] escaped, byte[] path, byte mark, bool isFolder, List<FolderEntry> found)
    {
        if (NameCodec.Unescape(escaped) is not { } segment || segment.Contains((byte)'/') || !System.Text.Unicode.Utf8.IsValid(segment)
            || (isFolder && NameCodec.IsPlain(segment)))
        {
            return;
        }

        var ours = new ArrayBufferWriter<byte>();
        NameCodec.AppendEscaped(ours, segment, mark);
        if (ours.WrittenSpan.SequenceEqual(path))
        {
            found.Add(new FolderEntry(isFolder ? [.. segment, (byte)'/'] : segment, path, isFolder));
        }
    }

    private static FolderEntry[] SortAndJoin(List<FolderEntry> found)
    {
        // Of an object's two names the plain one counts.
        found.Sort(static (a, b) => a.SortName.AsSpan().SequenceCompareTo(b.SortName) is var order and not 0
            ? order
            : a.SortName.AsSpan().SequenceEqual(a.Path).CompareTo(b.SortName.AsSpan().SequenceEqual(b.Path)) * -1);
        var entries = new List<FolderEntry>(found.Count);
        foreach (var entry in found)
        {
            if (entries.Count == 0 || !entries[^1].SortName.AsSpan().SequenceEqual(entry.SortName))
            {
                entries.Add(entry);
            }
        }

        return [.. entries];
    }

    private static (bool IsFile, bool IsFolder) TypeOf(SafeFileHandle folder, DirectoryName name)
    {
        uint type = (uint)name.Type << 12;
        if (type == 0 && Syscall.Stat(folder, name.Name, out var status) == Errno.OK)
        {
            type = status.Mode & StatMode.TypeMask;
        }

        return (type == StatMode.Regular, type == StatMode.Directory);
    }
}
