using System.Buffers;
using System.Security.Cryptography;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

public sealed partial class ContextFiles
{
    private const int CopySize = 1 << 20;

    /// <summary>Opens a file for reading. What is read is verified where the store or the writer said what it should be.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.NoSuchFile"/> or <see cref="ContextError.WrongKind"/>.</exception>
    public async Task<OpenedFile> OpenAsync(TreePath file, CancellationToken cancellationToken)
    {
        ObjectInfo info = await FindAsync(file, cancellationToken);
        ObjectDescription description = Describe(info);
        if (description.Kind == EntryKind.Symlink)
        {
            throw new ContextException(ContextError.WrongKind, $"'{Show(file)}' is a symbolic link: get the file that it points to.");
        }

        ObjectContent content = await store.GetAsync(info.Key, range: null, info.ETag, cancellationToken)
            ?? throw new ContextException(ContextError.NoSuchFile, $"'{Show(file)}' was deleted just now.");
        return new OpenedFile(FileEntry.Of(file, info), description.Attributes, description.Sha256, content);
    }

    /// <summary>Writes a file's bytes to a stream.</summary>
    /// <param name="progress">Told the number of bytes written so far.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorKind.Corrupt"/>: what was written are not the file's bytes.</exception>
    public static async Task CopyAsync(OpenedFile file, Stream target, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(target);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        try
        {
            long done = 0;
            while (await file.Body.ReadAsync(buffer.AsMemory(0, CopySize), cancellationToken) is > 0 and int count)
            {
                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                done += count;
                progress?.Report(done);
            }

            if (done != file.Entry.Size || (file.Sha256 is { } wanted && Convert.ToHexStringLower(hash.GetHashAndReset()) != wanted))
            {
                throw new StoreException(StoreErrorKind.Corrupt, $"What the store gave for '{Show(file.Entry.Path)}' is not what was stored under this name.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
