using System.Text;

namespace AgentBay.Fs;

/// <summary>
/// A place in a context's tree: bytes, segments separated by '/', no leading or trailing slash; the root is empty.
/// INVARIANT: no segment is empty, "." or "..", holds a NUL or is longer than 255 bytes, so a path never leaves the tree.
/// </summary>
public readonly struct TreePath : IEquatable<TreePath>, IComparable<TreePath>
{
    public const int MaxNameLength = 255;

    private readonly byte[]? bytes;

    private TreePath(byte[] bytes) => this.bytes = bytes;

    public static TreePath Root => default;

    public ReadOnlySpan<byte> Bytes => bytes;

    public bool IsRoot => bytes is null or { Length: 0 };

    /// <summary>The last segment; empty for the root.</summary>
    public ReadOnlySpan<byte> Name => Bytes[(Bytes.LastIndexOf((byte)'/') + 1)..];

    /// <summary>The folder that holds this; the root's is the root.</summary>
    public TreePath Parent
    {
        get
        {
            int slash = Bytes.LastIndexOf((byte)'/');
            return slash < 0 ? Root : new TreePath(Bytes[..slash].ToArray());
        }
    }

    public static bool operator ==(TreePath left, TreePath right) => left.Equals(right);

    public static bool operator !=(TreePath left, TreePath right) => !left.Equals(right);

    public static bool operator <(TreePath left, TreePath right) => left.CompareTo(right) < 0;

    public static bool operator >(TreePath left, TreePath right) => left.CompareTo(right) > 0;

    public static bool operator <=(TreePath left, TreePath right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TreePath left, TreePath right) => left.CompareTo(right) >= 0;

    /// <summary>Whether bytes may be one segment.</summary>
    public static bool IsName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= MaxNameLength && name.IndexOfAny((byte)'/', (byte)0) < 0
        && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8);

    /// <exception cref="FormatException">The bytes are not a path in the tree.</exception>
    public static TreePath Parse(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            return Root;
        }

        foreach (Range segment in path.Split((byte)'/'))
        {
            if (!IsName(path[segment]))
            {
                throw new FormatException($"'{Encoding.UTF8.GetString(path)}' is not a path inside a context.");
            }
        }

        return new TreePath(path.ToArray());
    }

    public static TreePath Parse(string path) => Parse(Encoding.UTF8.GetBytes(path));

    /// <summary>The child of this name.</summary>
    public TreePath Append(ReadOnlySpan<byte> name)
    {
        if (!IsName(name))
        {
            throw new ArgumentException($"'{Encoding.UTF8.GetString(name)}' is not a name.", nameof(name));
        }

        if (IsRoot)
        {
            return new TreePath(name.ToArray());
        }

        var joined = new byte[Bytes.Length + 1 + name.Length];
        Bytes.CopyTo(joined);
        joined[Bytes.Length] = (byte)'/';
        name.CopyTo(joined.AsSpan(Bytes.Length + 1));
        return new TreePath(joined);
    }

    /// <summary>This or below it.</summary>
    public bool IsAtOrUnder(TreePath folder) =>
        folder.IsRoot || (Bytes.StartsWith(folder.Bytes) && (Bytes.Length == folder.Bytes.Length || Bytes[folder.Bytes.Length] == (byte)'/'));

    /// <summary>This path after its folder <paramref name="from"/> has become <paramref name="to"/>.</summary>
    public TreePath Rebase(TreePath from, TreePath to)
    {
        if (!IsAtOrUnder(from))
        {
            throw new ArgumentException($"{this} is not under {from}.", nameof(from));
        }

        var rest = Bytes[from.Bytes.Length..].TrimStart((byte)'/');
        return rest.IsEmpty ? to : Parse(to.IsRoot ? rest : [.. to.Bytes, (byte)'/', .. rest]);
    }

    public bool Equals(TreePath other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is TreePath other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>By bytes.</summary>
    public int CompareTo(TreePath other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>For messages: invalid UTF-8 shows as replacement characters, the root as "/".</summary>
    public override string ToString() => IsRoot ? "/" : Encoding.UTF8.GetString(Bytes);
}
