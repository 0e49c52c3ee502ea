using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>
/// Finds the conflicts of a whole context by their keys: those of other machines and of folders that nobody looked into here are found too,
/// and no list of them can be lost. A name that is a file on one side and a folder on the other is one too: the file shows under an escaped name, or will.
/// </summary>
internal sealed class ConflictFinder(OpenMirror mirror, FolderFiller filler)
{
    /// <exception cref="StoreException">The store cannot be listed.</exception>
    public async Task<IReadOnlyList<ConflictCopy>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<TreePath, ConflictCopy>();
        var judged = new HashSet<string>(StringComparer.Ordinal); // Files whose name a folder has, each looked at once.
        var beginnings = new Stack<ObjectInfo>(); // Files whose keys the present key begins with; keys come in order.
        await foreach (ObjectInfo info in mirror.Store.ListAllAsync(mirror.Keys.Prefix, cancellationToken))
        {
            while (beginnings.TryPeek(out ObjectInfo? file) && !info.Key.StartsWith(file.Key, StringComparison.Ordinal))
            {
                _ = beginnings.Pop();
            }

            foreach (ObjectInfo file in beginnings.Where(file => info.Key[file.Key.Length] == '/' && judged.Add(file.Key)))
            {
                AddShadowed(file);
            }

            if (mirror.Keys.TryPath(info.Key, out TreePath path, out bool folder) && !folder)
            {
                beginnings.Push(info);
                Add(path, info.Size);
            }
        }

        return [.. found.Values];

        void AddShadowed(ObjectInfo file)
        {
            if (mirror.Keys.TryShadowedPath(file.Key, out TreePath shadow) && (IsThere(shadow) || IsMet(file.Key, shadow)))
            {
                found[shadow] = new ConflictCopy(shadow.ToString(), "", file.LastModified, file.Size);
            }
        }

        void Add(TreePath path, long size)
        {
            if (ConflictName.TryParse(path.Name, out ConflictName name) && IsThere(path))
            {
                found[path] = new ConflictCopy(path.ToString(), name.Host, name.At, size);
            }
        }
    }

    /// <summary>In the mirror, or below a folder whose names are not all there yet.</summary>
    private bool IsThere(TreePath path)
    {
        if (mirror.Files.TryStat(path) is not null)
        {
            return true;
        }

        if (IsHidden(path))
        {
            return false;
        }

        TreePath folder = path.Parent;
        while (!folder.IsRoot && mirror.Files.TryStat(folder) is null)
        {
            folder = folder.Parent;
        }

        return !filler.IsFilled(folder);
    }

    private bool IsHidden(TreePath path) => mirror.Rules.Of(path) is { LocalOnly: true } or { HidesNew: true };

    /// <summary>
    /// Met by a flush and not placed yet. A name that is on its way from file to folder here, or back, or whose file was deleted here, has both kinds in the store for a
    /// while: that is no conflict, and the rows of the old side tell.
    /// </summary>
    private bool IsMet(string key, TreePath shadow)
    {
        if (IsHidden(shadow) || mirror.Index.Find(shadow) is not null || !mirror.Keys.TryPath(key, out TreePath path, out _))
        {
            return false;
        }

        return mirror.Index.Find(path) is not { } row || row.Kind == EntryKind.Folder
            || (mirror.Files.TryStat(path) is { Kind: not EntryKind.Folder } && mirror.Index.Under(path).Count == 0);
    }
}
