using System.Diagnostics.CodeAnalysis;

namespace AgentBay.Testing.Model;

/// <summary>The naive model: a dictionary of paths that does what programs do to a tree.</summary>
public sealed class ModelTree
{
    /// <summary>A file that no act touches: a root that suddenly lists nothing is, rightly, not believed.</summary>
    public const string Anchor = "anchor";

    private const int DeepestFolder = 3;
    private const int Letters = 6;

    private readonly SortedDictionary<string, ModelNode> nodes = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ModelNode> Nodes => nodes;

    public ModelNode this[string path]
    {
        get => nodes[path];
        set => nodes[path] = value;
    }

    /// <summary>Files and symlinks, which are objects of the store under their own names.</summary>
    public IEnumerable<string> Objects => nodes.Where(pair => pair.Value.Kind != ModelKind.Folder).Select(pair => pair.Key);

    public bool IsObject(string path) => nodes.TryGetValue(path, out ModelNode? node) && node.Kind != ModelKind.Folder;

    public bool Contains(string path) => nodes.ContainsKey(path);

    public void Remove(string path) => nodes.Remove(path);

    public void RemoveTree(string path)
    {
        foreach (string gone in AtAndUnder(path))
        {
            nodes.Remove(gone);
        }
    }

    public void Move(string from, string to)
    {
        var moved = AtAndUnder(from).Select(path => (Path: to + path[from.Length..], Node: nodes[path])).ToList();
        RemoveTree(from);
        RemoveTree(to);
        moved.ForEach(pair => nodes[pair.Path] = pair.Node);
    }

    public void Exchange(string one, string other)
    {
        const string aside = "\0";
        Move(one, aside);
        Move(other, one);
        Move(aside, other);
    }

    public IReadOnlyList<string> AtAndUnder(string path) => [.. nodes.Keys.Where(key => IsAtOrUnder(key, path))];

    public bool IsEmpty(string folder) => !nodes.Keys.Any(key => key.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>The same tree, hard links included.</summary>
    public ModelTree Copy()
    {
        var copies = new Dictionary<ModelNode, ModelNode>();
        return With(node => copies.TryGetValue(node, out ModelNode? copy) ? copy : copies[node] = node.Copy());
    }

    /// <summary>As a machine sees it that has never seen the context: hard links are files of their own.</summary>
    public ModelTree WithoutLinks() => With(node => node.Copy());

    public ModelTree Only(Func<string, bool> wanted)
    {
        ModelTree tree = Copy();
        nodes.Keys.Where(path => !wanted(path)).ToList().ForEach(tree.Remove);
        return tree;
    }

    public bool TryPick(ModelKind kind, int number, [NotNullWhen(true)] out string? path) => TryPick(node => node.Kind == kind, number, out path);

    public bool TryPick(Func<ModelNode, bool> wanted, int number, [NotNullWhen(true)] out string? path)
    {
        var candidates = nodes.Where(pair => pair.Key != Anchor && wanted(pair.Value)).Select(pair => pair.Key).ToList();
        path = candidates.Count == 0 ? null : candidates[number % candidates.Count];
        return path is not null;
    }

    /// <summary>A name that is not taken, in the root or in a folder that is there.</summary>
    public bool TryPickFree(int number, [NotNullWhen(true)] out string? path)
    {
        string name = ((char)('a' + (number % Letters))).ToString();
        path = number / Letters % 2 == 0 && TryPick(ModelKind.Folder, number / Letters / 2, out string? folder) ? $"{folder}/{name}" : name;
        if (nodes.ContainsKey(path) || path.Count(c => c == '/') > DeepestFolder)
        {
            path = null;
        }

        return path is not null;
    }

    /// <returns>The first differences; null when the mount shows exactly this.</returns>
    public string? Difference(IReadOnlyDictionary<string, ModelEntry> found)
    {
        List<string> differences =
        [
            .. nodes.Keys.Where(path => !found.ContainsKey(path)).Select(path => $"lost: {path}"),
            .. found.Where(pair => !nodes.ContainsKey(pair.Key)).Select(pair => $"from nowhere: {pair.Key}: {pair.Value}"),
            .. nodes.Where(pair => found.TryGetValue(pair.Key, out ModelEntry? entry) && !IsAs(pair.Value, entry)).Select(pair => $"{pair.Key}: {found[pair.Key]}, not {Describe(pair.Value)}"),
        ];
        return differences.Count == 0 ? null : string.Join('\n', differences);
    }

    public static bool IsAtOrUnder(string path, string top) => path == top || path.StartsWith(top + "/", StringComparison.Ordinal);

    public static string ParentOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private static bool IsAs(ModelNode node, ModelEntry entry) =>
        node.Kind == entry.Kind && (node.Kind == ModelKind.Folder || node.Content == entry.Content) && (node.Kind == ModelKind.Symlink || node.Mode == entry.Mode)
        && (node.Kind != ModelKind.File || (node.Xattr == entry.Xattr && (node.MtimeNs ?? entry.MtimeNs) == entry.MtimeNs));

    private static string Describe(ModelNode node) => new ModelEntry(node.Kind, node.Content, node.Mode, node.Xattr, 0).ToString();

    private ModelTree With(Func<ModelNode, ModelNode> copy)
    {
        var tree = new ModelTree();
        foreach ((string path, ModelNode node) in nodes)
        {
            tree.nodes[path] = copy(node);
        }

        return tree;
    }
}
