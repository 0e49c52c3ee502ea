using System.Buffers;
using System.Security.Cryptography;
using AgentBay.Fs.Indexing;

namespace AgentBay.Fs.Sync;

/// <summary>Hashes content that comes from its start to its end: whole, and part by part.</summary>
internal sealed class PartHasher(int partSize) : IDisposable
{
    private readonly IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash part = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> hashes = new();
    private int inPart;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        whole.AppendData(bytes);
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> now = bytes[..Math.Min(bytes.Length, partSize - inPart)];
            part.AppendData(now);
            inPart += now.Length;
            bytes = bytes[now.Length..];
            if (inPart == partSize)
            {
                EndPart();
            }
        }
    }

    public (string Sha256, PartHashes Parts) Finish()
    {
        if (inPart > 0)
        {
            EndPart();
        }

        return (Convert.ToHexStringLower(whole.GetHashAndReset()), new PartHashes(partSize, hashes.WrittenMemory));
    }

    public void Dispose()
    {
        whole.Dispose();
        part.Dispose();
    }

    private void EndPart()
    {
        hashes.Advance(part.GetHashAndReset(hashes.GetSpan(SHA256.HashSizeInBytes)));
        inPart = 0;
    }
}
