using System.Security.Cryptography;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>An object's open file with its record, all of one inode.</summary>
internal sealed record StoredFile(SafeFileHandle Handle, Place Place, FileStatus Status, ObjectRecord Record) : IDisposable
{
    /// <summary>Takes over the handle.</summary>
    internal static StoredFile Read(SafeFileHandle handle, Place place, FileStatus status, bool withMetadata, EmbeddedErrors errors)
    {
        ObjectRecord? record = Syscall.GetXattr(handle, ObjectRecord.XattrName, out var bytes) == Errno.OK ? ObjectRecord.Parse(bytes, withMetadata) : null;
        if (record == null || record.Size != status.Size || record.FileTime != status.ModifyTimeNs)
        {
            // Dropped in or edited by hand: the content says what version it is, read for every call until a put. As with any put of
            // others, the metadata of what was there before says nothing of it.
            string etag = Convert.ToHexStringLower(HashOf(handle, 0, long.MaxValue, errors));
            record = new ObjectRecord(etag, status.Size, status.ModifyTimeNs, status.ModifyTimeNs, ContentType: null, ObjectInfo.NoMetadata);
        }

        return new StoredFile(handle, place, status, record);
    }

    internal ObjectInfo ToInfo(string key) => new(key, Record.ETag, Status.Size, ToTime(Record.Modified), Record.Metadata);

    public void Dispose() => Handle.Dispose();

    internal static DateTimeOffset ToTime(long ns) => DateTimeOffset.UnixEpoch.AddTicks(ns / 100);

    /// <summary>The MD5 of some bytes of a file, of fewer where it ends before.</summary>
    internal static byte[] HashOf(SafeFileHandle handle, long offset, long length, EmbeddedErrors errors)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[256 << 10];
        for (long done = 0; ;)
        {
            errors.Check("read an object's bytes", Syscall.Read(handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), offset + done, out int count));
            if (count == 0)
            {
                return md5.GetHashAndReset();
            }

            md5.AppendData(buffer.AsSpan(0, count));
            done += count;
        }
    }
}
