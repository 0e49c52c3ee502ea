using System.Security.Cryptography;

namespace AgentBay.Fs.Indexing;

/// <summary>The SHA-256 of each part of some content. All parts but the last have <see cref="PartSize"/> bytes.</summary>
/// <param name="hashes">One behind the other.</param>
public sealed class PartHashes(int partSize, ReadOnlyMemory<byte> hashes)
{
    public int PartSize => partSize;

    public ReadOnlyMemory<byte> Bytes => hashes;

    /// <summary>Whether a part has these bytes.</summary>
    public bool Is(int part, ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(bytes, hash);
        return hash.SequenceEqual(HashOf(part));
    }

    /// <summary>Whether a part is at the same place in the other content, unchanged.</summary>
    public bool IsIn(PartHashes? other, int part) =>
        other?.PartSize == partSize && (part + 1) * SHA256.HashSizeInBytes <= other.Bytes.Length && HashOf(part).SequenceEqual(other.HashOf(part));

    private ReadOnlySpan<byte> HashOf(int part) => hashes.Span.Slice(part * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
}
