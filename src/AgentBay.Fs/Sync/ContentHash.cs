using System.Buffers;
using System.Security.Cryptography;
using AgentBay.Fs.Indexing;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Sync;

/// <summary>SHA-256 of content, in lower-case hex.</summary>
public static class ContentHash
{
    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Reads a file from its start to its end.</summary>
    public static string Of(SafeFileHandle file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Read(file, hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same, and of each part.</summary>
    internal static (string Sha256, PartHashes Parts) OfParts(SafeFileHandle file, int partSize)
    {
        using var hash = new PartHasher(partSize);
        Read(file, hash.Append);
        return hash.Finish();
    }

    private static void Read(SafeFileHandle file, Action<ReadOnlySpan<byte>> take)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            long offset = 0;
            for (int count; (count = RandomAccess.Read(file, buffer, offset)) > 0; offset += count)
            {
                take(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
