using System.Diagnostics.CodeAnalysis;

namespace AgentBay.Fs.Keys;

/// <summary>Paths of one context ↔ keys of the store.</summary>
/// <param name="Prefix"><c>contexts/&lt;id&gt;/</c>.</param>
/// <param name="LongestKey">In bytes, that the store takes: <see cref="ObjectStore.StoreProperties.MaxKeyBytes"/>.</param>
public sealed record ContextKeys(string Prefix, int LongestKey)
{
    private const string AsidePrefix = ".agentbay/aside/";

    private int LongestRest => LongestKey - Prefix.Length;

    /// <param name="folder">The folder's marker, which ends with '/'.</param>
    /// <exception cref="FsException">The key would be longer than a store takes.</exception>
    public string For(TreePath path, bool folder) =>
        path.IsRoot ? Prefix
        : KeyCodec.TryEncode(path, folder, out string? key, LongestRest) ? Prefix + key
        : throw new FsException(FsError.TooLarge, $"The name of {path} makes a key of more than {LongestKey} bytes, which the store does not take: shorten it.");

    /// <summary>Whether a folder's names can be in a store: below a path that is too long for a key there is nothing.</summary>
    public bool CanHold(TreePath folder) => folder.IsRoot || KeyCodec.TryEncode(folder, true, out _, LongestRest);

    public bool TryPath(string key, out TreePath path, out bool folderMarker)
    {
        if (key.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return KeyCodec.TryDecode(key[Prefix.Length..], out path, out folderMarker, LongestRest);
        }

        (path, folderMarker) = (default, false);
        return false;
    }

    /// <summary>The name under which an object shows whose own name a folder has taken ("a" beside "a/b").</summary>
    public bool TryShadowedPath(string key, out TreePath path)
    {
        path = default;
        return key.StartsWith(Prefix, StringComparison.Ordinal) && KeyCodec.TryDecodeShadowed(key[Prefix.Length..], out path, LongestRest);
    }

    /// <summary>The key behind a path that <see cref="TryShadowedPath"/> has made.</summary>
    public bool TryShadowedKey(TreePath path, [NotNullWhen(true)] out string? key)
    {
        bool has = KeyCodec.TryEncodeShadowed(path, out string? rest, LongestRest);
        key = has ? Prefix + rest : null;
        return has;
    }

    /// <summary>Whether a name in the mirror is one that <see cref="TryShadowedPath"/> has made, or looks like it.</summary>
    public bool IsShadowed(TreePath path) => TryShadowedKey(path, out _);

    /// <summary>A key outside every context's tree, for a copy that a swap needs for a moment.</summary>
    public string Aside(string name) => $"{AsidePrefix}{Prefix.Split('/')[1]}/{name}";

    /// <summary>The name that <see cref="Aside"/> made a key of.</summary>
    public string AsideName(string key) => key[Aside("").Length..];

    public static bool IsAside(string key) => key.StartsWith(AsidePrefix, StringComparison.Ordinal);
}
