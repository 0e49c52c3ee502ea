using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;

namespace AgentBay.Fs.Sync;

/// <summary>Looks at paths of the mirror and compares them with the baseline.</summary>
internal sealed class LocalScanner(OpenMirror mirror)
{
    private readonly IMirrorFiles files = mirror.Files;

    /// <summary>One path as it is now.</summary>
    /// <exception cref="FsException">Its name cannot be kept in the store, or the mirror has lost what it knew of it.</exception>
    public async Task<PathState> SeeAsync(TreePath path)
    {
        long at = mirror.Journal.Clock;
        PathRules rules = mirror.Rules.Of(path);
        PathState state = rules.LocalOnly ? SeeLocalOnly(path) : await LookAsync(path);
        return state with { Local = state.Local with { SeenAt = at }, Rules = rules };
    }

    /// <summary>It is compared with nothing: a row says what was known before the path left the white lists.</summary>
    private PathState SeeLocalOnly(TreePath path)
    {
        BaselineRow? row = mirror.Index.Find(path);
        return new PathState(path, row?.Key ?? "", row, files.TryStat(path) is { } entry ? new LocalView(entry, LocalChange.Same) : LocalView.Absent);
    }

    private async Task<PathState> LookAsync(TreePath path)
    {
        BaselineRow? row = mirror.Index.Find(path);
        if (files.TryStat(path) is not { } entry || entry.Kind == EntryKind.Special)
        {
            return new PathState(path, row?.Key ?? "", row, LocalView.Absent);
        }

        string key = mirror.Keys.For(path, entry.Kind == EntryKind.Folder);
        switch (entry.Kind)
        {
            case EntryKind.Folder:
                return SeeFolder(path, key, row, entry);
            case EntryKind.Symlink:
                return new PathState(path, key, row, SeeSymlink(path, row, entry));
            default:
                return FindMark(path, row, entry) is { } mark
                    ? await SeePlaceholderAsync(path, key, row, entry, mark)
                    : new PathState(path, key, row, await Task.Run(() => SeeFile(path, row, entry)));
        }
    }

    private PlaceholderMark? FindMark(TreePath path, BaselineRow? row, LocalEntry entry)
    {
        if (mirror.Placeholders.TryGet(entry.Identity.Inode, out PlaceholderMark? mark) || row?.Identity == entry.Identity)
        {
            return mark;
        }

        // One that somebody put in its place beside the mount, from a backup perhaps: only its inode knows of it.
        if (files.ReadMark(path) is { } unknown)
        {
            mirror.Placeholders.Set(entry.Identity.Inode, unknown);
            return unknown;
        }

        return null;
    }

    /// <summary>Everything at and below a path, in the mirror and in the baseline.</summary>
    public HashSet<TreePath> Expand(TreePath top)
    {
        var paths = new HashSet<TreePath>();
        if (!top.IsRoot)
        {
            paths.Add(top);
        }

        paths.UnionWith(mirror.Index.Under(top).Select(row => row.Path));
        var folders = new Stack<TreePath>([top]);
        while (folders.TryPop(out TreePath folder))
        {
            foreach ((TreePath path, LocalEntry entry) in files.ReadFolder(folder) ?? [])
            {
                paths.Add(path);
                if (entry.Kind == EntryKind.Folder)
                {
                    folders.Push(path);
                }
            }
        }

        return paths;
    }

    /// <summary>Mode, owner, xattrs, and of a file or symlink the modification time.</summary>
    public bool HasAttributesOf(TreePath path, LocalEntry entry, BaselineRow row) =>
        entry.Kind == EntryKind.Symlink ? row.MtimeNs == entry.MtimeNs && HasOwnerOf(entry, row)
        : (entry.Kind == EntryKind.Folder || row.MtimeNs == entry.MtimeNs) && row.Mode == entry.Mode && HasOwnerOf(entry, row) && row.Xattrs == ReadXattrs(path);

    private LocalView SeeFile(TreePath path, BaselineRow? row, LocalEntry entry)
    {
        if (row is { State: BaselineState.Placeholder, Size: > 0 } && entry.Size == row.Size && entry.Blocks == 0)
        {
            // INVARIANT: no placeholder is ever uploaded as a file full of zeros.
            throw new FsException(FsError.Corrupt, $"{path} should be a placeholder and has lost its mark (was the mirror copied without xattrs?). It is not uploaded; delete it here and run 'agentbay-mount sync --mode download' to get the store's version.");
        }

        string xattrs = ReadXattrs(path);
        long settled = entry.SettledCtimeNs();
        string? hash = null;
        if (row is { Kind: EntryKind.File, Remote: not null } && HasContentOf(path, entry, row, ref hash))
        {
            return new LocalView(entry, HasAttributesOf(entry, xattrs, row) ? LocalChange.Same : LocalChange.Attributes, null, row.Sha256, xattrs) { SettledCtimeNs = settled };
        }

        BaselineRow? origin = mirror.Index.FindByInode(entry.Identity.Inode)
            .FirstOrDefault(other => other.Path != path && other.Identity == entry.Identity && other is { Kind: EntryKind.File, Remote: not null });
        return new LocalView(entry, LocalChange.Content, null, hash, xattrs, origin is not null && HasContentOf(path, entry, origin, ref hash) ? origin : null) { SettledCtimeNs = settled };
    }

    private LocalView SeeSymlink(TreePath path, BaselineRow? row, LocalEntry entry)
    {
        string hash = ContentHash.Of(files.ReadLink(path));
        LocalChange change = row is not { Kind: EntryKind.Symlink, Remote: not null } || row.Sha256 != hash ? LocalChange.Content
            : row.MtimeNs == entry.MtimeNs && HasOwnerOf(entry, row) ? LocalChange.Same : LocalChange.Attributes;
        return new LocalView(entry, change, null, hash) { SettledCtimeNs = entry.CtimeNs };
    }

    private async Task<PathState> SeePlaceholderAsync(TreePath path, string key, BaselineRow? row, LocalEntry entry, PlaceholderMark mark)
    {
        if (mirror.Placeholders.IsLost(entry.Identity.Inode))
        {
            throw LostBytes.Of(path, mark);
        }

        // A download that runs, or was cut short, changes the inode's times: those of the file are in its mark.
        entry = entry with { Size = mark.Size, MtimeNs = mark.MtimeNs };
        string xattrs = ReadXattrs(path);
        bool known = row is { Kind: EntryKind.File, Remote: not null } && row.Identity == entry.Identity;
        if (mark.Key == (row?.Key ?? key) && (!known || row!.Remote!.ETag != mark.ETag))
        {
            // The mark is the truth of what this inode stands for; the index was lost, or a crash came before its row.
            var version = new RemoteVersion(mark.ETag, mark.Size, null);
            BaselineRow seen = known ? row! with { Remote = version } : BaselineRows.Of(path, mark.Key, entry, version, null, null, xattrs, BaselineState.Placeholder);
            await mirror.Index.ApplyAsync(row is null ? IndexChange.Put(seen) : IndexChange.Replace(row, seen));
            row = seen;
            known = true;
        }

        // A placeholder's bytes never change, so that every object that was stored for this inode has them: those of its other names too.
        LocalChange change = !known ? LocalChange.Content : HasAttributesOf(entry, xattrs, row!) ? LocalChange.Same : LocalChange.Attributes;
        string? hash = known ? row!.Sha256 : mirror.Index.FindByInode(entry.Identity.Inode).FirstOrDefault(other => other.Identity == entry.Identity && other.Sha256 is not null)?.Sha256;
        return new PathState(path, key, row, new LocalView(entry, change, mark, hash, xattrs) { SettledCtimeNs = entry.CtimeNs });
    }

    private PathState SeeFolder(TreePath path, string key, BaselineRow? row, LocalEntry entry)
    {
        string xattrs = ReadXattrs(path);
        bool plain = entry.Mode == EntryAttributes.DefaultFolderMode && xattrs.Length == 0 && (!files.CanSetOwner || (entry.Uid == 0 && entry.Gid == 0));
        bool needsMarker = !plain || (!files.IsUnfilled(path) && !(files.ReadFolder(path) ?? []).Any(HasObject));
        LocalChange change = row is not { Kind: EntryKind.Folder, IsIntent: false } ? LocalChange.Content
            : row.Mode == entry.Mode && row.Xattrs == xattrs && HasOwnerOf(entry, row) && !(needsMarker && row.Remote is null) ? LocalChange.Same : LocalChange.Attributes;
        return new PathState(path, key, row, new LocalView(entry, change, null, null, xattrs) { SettledCtimeNs = entry.CtimeNs }, needsMarker);
    }

    private bool HasObject(KeyValuePair<TreePath, LocalEntry> child) => child.Value.Kind != EntryKind.Special && mirror.Rules.Filter.IsSynced(child.Key);

    /// <summary>Whether the inode still holds the bytes that a row speaks of. Reads the file only where nothing cheaper decides.</summary>
    private bool HasContentOf(TreePath path, LocalEntry entry, BaselineRow row, ref string? hash)
    {
        if (entry.Size != row.Size)
        {
            return false;
        }

        // ctime changes with a rename or a chmod too; bytes change mtime, unless a program sets it back.
        if (entry.Identity == row.Identity && !mirror.Journal.MayBeWritten(entry.Identity.Inode) && (entry.CtimeNs == row.CtimeNs || entry.MtimeNs == row.MtimeNs)
            && row.State == BaselineState.Present)
        {
            return true;
        }

        if (row.Sha256 is null)
        {
            return false;
        }

        if (hash is null)
        {
            using var file = files.OpenRead(path, entry.Identity);
            if (file is null)
            {
                return false; // Moved meanwhile: the next look finds it.
            }

            hash = ContentHash.Of(file);
        }

        return hash == row.Sha256;
    }

    private bool HasAttributesOf(LocalEntry entry, string xattrs, BaselineRow row) =>
        row.Mode == entry.Mode && row.MtimeNs == entry.MtimeNs && row.Xattrs == xattrs && HasOwnerOf(entry, row);

    private bool HasOwnerOf(LocalEntry entry, BaselineRow row) =>
        !files.CanSetOwner || ((row.Uid is null || row.Uid == entry.Uid) && (row.Gid is null || row.Gid == entry.Gid));

    private string ReadXattrs(TreePath path) => BaselineRows.TextOf(files.ReadXattrs(path));
}
