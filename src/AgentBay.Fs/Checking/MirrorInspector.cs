using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Checking;

/// <summary>Looks at every name that mirror or index know, and at what the store holds of it.</summary>
internal sealed class MirrorInspector(OpenMirror mirror, IReadOnlyDictionary<string, RemoteVersion> objects, bool readContent)
{
    private readonly bool clean = mirror.Index.GetMeta(IndexMeta.Clean) == "1";
    private readonly IMirrorFiles files = mirror.Files;
    private readonly LocalScanner scanner = new(mirror);

    public (int Names, IReadOnlyList<Finding> Findings) Check(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        HashSet<TreePath> paths = scanner.Expand(TreePath.Root);
        foreach (TreePath path in paths.Order())
        {
            cancellationToken.ThrowIfCancellationRequested();
            BaselineRow? row = mirror.Index.Find(path);
            LocalEntry? entry = files.TryStat(path) is { Kind: not EntryKind.Special } there ? there : null; // Specials live here only.
            if (IsJudged(path, row, entry) && Check(path, row, entry) is { } finding)
            {
                findings.Add(finding);
            }
        }

        return (paths.Count, findings);
    }

    /// <summary>Not what the policy keeps to this machine, or keeps from it.</summary>
    private bool IsJudged(TreePath path, BaselineRow? row, LocalEntry? entry)
    {
        PathRules rules = mirror.Rules.Of(path);
        return !rules.LocalOnly && row is not { State: BaselineState.Released } && !(entry is null && (rules.KeepsDeleted || rules.HidesNew));
    }

    private Finding? Check(TreePath path, BaselineRow? row, LocalEntry? entry)
    {
        PlaceholderMark? mark = entry is { Kind: EntryKind.File } ? files.ReadMark(path) : null;
        if (mark is not null)
        {
            mirror.Placeholders.Set(entry!.Value.Identity.Inode, mark);
        }

        string? key = mark?.Key ?? row?.Key ?? KeyOf(path, entry);
        if (key is null)
        {
            return entry is null ? null : Findings.NameTooLong(path, mirror.Keys.LongestKey);
        }

        LocalFact local = LocalOf(path, row, entry, mark);
        RemoteFact remote = mark is not null ? RemoteOf(mark, row) : RemoteOf(row, key);
        var facts = new PathFacts(RowOf(row), local, remote, IsFilled(path), clean);
        return Consistency.Judge(facts) is { } verdict ? Findings.Of(verdict, path, key) : null;
    }

    private static RowFact RowOf(BaselineRow? row) => row switch
    {
        null => RowFact.None,
        { IsIntent: true } => RowFact.Intent,
        { State: BaselineState.Placeholder } => RowFact.Placeholder,
        { State: BaselineState.Hydrating } => RowFact.Hydrating,
        _ => RowFact.Present,
    };

    private LocalFact LocalOf(TreePath path, BaselineRow? row, LocalEntry? seen, PlaceholderMark? mark)
    {
        if (seen is not { } entry)
        {
            return LocalFact.Absent;
        }

        if (mark is not null)
        {
            return LocalFact.Placeholder;
        }

        if (row is null || row.IsIntent || row.Kind != entry.Kind)
        {
            return LocalFact.Edited;
        }

        bool sameAttributes = row.State != BaselineState.Present || scanner.HasAttributesOf(path, entry, row);
        return entry.Kind switch
        {
            EntryKind.File => LocalOf(path, row, entry, sameAttributes),
            EntryKind.Symlink => sameAttributes && ContentHash.Of(files.ReadLink(path)) == row.Sha256 ? LocalFact.Same : LocalFact.Edited,
            _ => sameAttributes ? LocalFact.Same : LocalFact.Edited,
        };
    }

    private LocalFact LocalOf(TreePath path, BaselineRow row, LocalEntry entry, bool sameAttributes)
    {
        if (row.State != BaselineState.Present && entry is { Size: > 0, Blocks: 0 } && entry.Size == row.Size)
        {
            return LocalFact.Blank;
        }

        // CtimeNs is 0 where a write in the same tick could not be told from the last one.
        bool looksSame = row.Identity == entry.Identity && row.Size == entry.Size && row.CtimeNs == entry.CtimeNs && sameAttributes;
        if (looksSame && !(readContent && row.Sha256 is not null))
        {
            return LocalFact.Same;
        }

        bool same = row.Size == entry.Size && row.Sha256 is not null && HashOf(path, entry) == row.Sha256;
        return same ? sameAttributes ? LocalFact.Same : LocalFact.Edited : looksSame ? LocalFact.Rotten : LocalFact.Edited;
    }

    private string? HashOf(TreePath path, LocalEntry entry)
    {
        using var file = files.OpenRead(path, entry.Identity);
        return file is null ? null : ContentHash.Of(file);
    }

    private RemoteFact RemoteOf(PlaceholderMark mark, BaselineRow? row)
    {
        bool there = objects.TryGetValue(mark.Key, out RemoteVersion? version);
        return there && version!.ETag == mark.ETag ? RemoteFact.Same
            : !there || mark.Key != row?.Key ? RemoteFact.Absent // A moved file's bytes are nowhere but in the version that its mark names.
            : RemoteFact.Changed;
    }

    private RemoteFact RemoteOf(BaselineRow? row, string key)
    {
        if (row is { Kind: EntryKind.Folder, Remote: null, IsIntent: false })
        {
            return RemoteFact.Same; // Without a marker it is there by its files alone.
        }

        return !objects.TryGetValue(key, out RemoteVersion? version) ? RemoteFact.Absent
            : row?.Remote is { } known && known.IsSameAs(version) ? RemoteFact.Same
            : row is { Kind: EntryKind.Folder, Remote: not null } ? RemoteFact.Same // Two sessions' markers of a folder are as good.
            : RemoteFact.Changed;
    }

    private bool IsFilled(TreePath path)
    {
        TreePath folder = path.Parent;
        while (!folder.IsRoot && files.TryStat(folder) is not { Kind: EntryKind.Folder })
        {
            folder = folder.Parent;
        }

        return folder.IsRoot ? mirror.Index.GetMeta(IndexMeta.RootFilled) == "1" : !files.IsUnfilled(folder);
    }

    private string? KeyOf(TreePath path, LocalEntry? entry)
    {
        try
        {
            return mirror.Keys.For(path, entry is { Kind: EntryKind.Folder });
        }
        catch (FsException error) when (error.Error == FsError.TooLarge)
        {
            return null;
        }
    }
}
