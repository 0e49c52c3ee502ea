using System.Buffers;
using System.Security.Cryptography;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

/// <summary>A file of a context, open for reading.</summary>
public sealed class OpenedFile : IAsyncDisposable
{
    private const int CopySize = 1 << 20;

    private readonly ObjectContent content;

    internal OpenedFile(FileEntry entry, EntryAttributes attributes, string? sha256, ObjectContent content)
    {
        Entry = entry;
        Attributes = attributes;
        Sha256 = sha256;
        this.content = content;
    }

    public FileEntry Entry { get; }

    /// <summary>What a mount shows of it.</summary>
    public EntryAttributes Attributes { get; }

    public Stream Body => content.Body;

    /// <summary>Of the content; null where nobody has said.</summary>
    internal string? Sha256 { get; }

    /// <summary>Writes the file's bytes to a stream.</summary>
    /// <param name="progress">Told the number of bytes written so far.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorKind.Corrupt"/>: what was written are not the file's bytes.</exception>
    public async Task CopyToAsync(Stream target, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        try
        {
            long done = 0;
            while (await Body.ReadAsync(buffer.AsMemory(0, CopySize), cancellationToken) is > 0 and int count)
            {
                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                done += count;
                progress?.Report(done);
            }

            if (done != Entry.Size || (Sha256 is { } wanted && Convert.ToHexStringLower(hash.GetHashAndReset()) != wanted))
            {
                throw new StoreException(StoreErrorKind.Corrupt, $"What the store gave for '{FilePath.Printable(Entry.FullName)}' is not what was stored under this name.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public ValueTask DisposeAsync() => content.DisposeAsync();
}
