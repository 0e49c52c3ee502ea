using AgentBay.Fs.Keys;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

/// <summary>The one way in which a folder's names are read from the store, for mounts and for file commands.</summary>
internal static class FolderListing
{
    /// <param name="ignored">Told keys that no name can show.</param>
    /// <returns>Empty also where there is no such folder.</returns>
    public static async Task<Dictionary<TreePath, ListedName>> ReadAsync(IObjectStore store, ContextKeys keys, TreePath folder, Action<string> ignored, CancellationToken cancellationToken)
    {
        string prefix = keys.For(folder, folder: true);
        var names = new Dictionary<TreePath, ListedName>();
        await foreach (ListPage page in store.ListPagesAsync(new ListRequest(prefix) { Delimiter = "/" }, cancellationToken))
        {
            IEnumerable<ListedName> folders = page.Prefixes.Select(key => new ListedName(key, null));
            foreach (ListedName name in folders.Concat(page.Objects.Where(info => info.Key != prefix).Select(info => new ListedName(info.Key, info))))
            {
                Add(names, name, folder, keys, ignored);
            }
        }

        return names;
    }

    private static void Add(Dictionary<TreePath, ListedName> names, ListedName name, TreePath folder, ContextKeys keys, Action<string> ignored)
    {
        if (!keys.TryPath(name.Key, out TreePath path, out _) || path.Parent != folder)
        {
            ignored(name.Key);
            return;
        }

        // "a" and "a/b": the folder wins, the object shows under an escaped name.
        if (!names.TryAdd(path, name) && names[path] is { } other)
        {
            (ListedName winner, ListedName shadowed) = name.IsFolder ? (name, other) : (other, name);
            names[path] = winner;
            if (keys.TryShadowedPath(shadowed.Key, out TreePath shadow))
            {
                names[shadow] = shadowed;
            }
            else
            {
                ignored(shadowed.Key);
            }
        }
    }
}
