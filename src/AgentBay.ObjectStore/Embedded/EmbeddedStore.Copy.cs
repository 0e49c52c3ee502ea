using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    public Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            var source = KeyPlaces.Of(sourceKey);
            var places = KeyPlaces.Of(key);
            StoreMetadata.Check(options.Metadata ?? ObjectInfo.NoMetadata, Properties.MaxMetadataBytes, key);
            return sourceKey == key ? ReplaceMetadata(places, options) : CopyFile(source, places, options, cancellationToken);
        }, cancellationToken);

    /// <summary>One setxattr, so whole or not at all, however large the object is.</summary>
    private PutResult? ReplaceMetadata(KeyPlaces places, CopyOptions options)
    {
        StoredFile? file;
        ObjectRecord record;
        using (locks.Acquire(places.Key))
        {
            file = Find(places).File;
            if (file == null || HasExpired(places, file))
            {
                file?.Dispose();
                return null;
            }

            try
            {
                CheckVersion(places.Key, options.SourceIfMatch, file);
                CheckCondition(places.Key, options.Condition, file);
                record = file.Record with { Modified = Math.Max(NowNs(), file.Record.Modified + 100), Metadata = options.Metadata ?? file.Record.Metadata };
                WriteRecord(file.Handle, record);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        using (file)
        {
            reached("copy: record written");
            errors.Check("fsync", Syscall.Sync(file.Handle));
            return new PutResult(record.ETag, StoredFile.ToTime(record.Modified));
        }
    }

    private PutResult? CopyFile(KeyPlaces source, KeyPlaces places, CopyOptions options, CancellationToken cancellationToken)
    {
        using var file = FindLive(source);
        if (file == null)
        {
            return null;
        }

        CheckVersion(source.Key, options.SourceIfMatch, file);
        return WriteAside(places, options.Condition, copy =>
        {
            CopyBytes(file.Handle, 0, copy, 0, file.Status.Size, source.Key, cancellationToken);
            return Seal(copy, file.Record.ETag, options.Metadata ?? file.Record.Metadata, file.Record.ContentType);
        });
    }

    internal void CopyBytes(SafeFileHandle from, long fromOffset, SafeFileHandle to, long toOffset, long length, string key, CancellationToken cancellationToken)
    {
        const long step = 64 << 20;
        for (long done = 0; done < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            errors.Check($"copy {StoreKey.Show(key)}", Syscall.CopyRange(from, fromOffset + done, to, toOffset + done, Math.Min(step, length - done), out long copied));
            done += copied > 0
                ? copied
                : throw new StoreException(StoreErrorKind.Corrupt, $"Embedded store {directory}: {StoreKey.Show(key)} ended after {done} of {length} bytes: something truncated its file.");
        }
    }
}
