using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>
/// Finds the conflicts of a whole context by their keys: those of other machines and of folders that nobody looked into here are found too,
/// and no list of them can be lost. A name that is a file on one side and a folder on the other is one too: the file shows under an escaped name.
/// </summary>
internal sealed class ConflictFinder(OpenMirror mirror, FolderFiller filler)
{
    /// <exception cref="StoreException">The store cannot be listed.</exception>
    public async Task<IReadOnlyList<ConflictCopy>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<TreePath, ConflictCopy>();
        var beginnings = new Stack<ObjectInfo>(); // Files whose keys the present key begins with; keys come in order.
        await foreach (ObjectInfo info in mirror.Store.ListAllAsync(mirror.Keys.Prefix, cancellationToken))
        {
            while (beginnings.TryPeek(out ObjectInfo? file) && !info.Key.StartsWith(file.Key, StringComparison.Ordinal))
            {
                _ = beginnings.Pop();
            }

            foreach (ObjectInfo file in beginnings.Where(file => info.Key[file.Key.Length] == '/'))
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
            if (mirror.Keys.TryShadowedPath(file.Key, out TreePath shadow) && IsThere(shadow))
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

        if (mirror.Rules.Of(path) is { LocalOnly: true } or { HidesNew: true })
        {
            return false; // Hidden here.
        }

        TreePath folder = path.Parent;
        while (!folder.IsRoot && mirror.Files.TryStat(folder) is null)
        {
            folder = folder.Parent;
        }

        return !filler.IsFilled(folder);
    }
}
