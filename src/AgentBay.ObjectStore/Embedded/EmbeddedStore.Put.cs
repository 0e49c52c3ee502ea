using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    // Each try loses only to another writer that made progress; many in a row mean that the directory itself is gone.
    private const int MaxTries = 1000;

    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken) => threads.RunAsync(
        () =>
        {
            var places = KeyPlaces.Of(key);
            StoreMetadata.Check(options.Metadata, Properties.MaxMetadataBytes, key);
            string etag = ETags.Of(body.Span);
            return WriteAside(places, options.Condition, file =>
            {
                reached("put: file made");
                errors.Check($"write {StoreKey.Show(key)}", Syscall.Write(file, body.Span, 0, out _));
                reached("put: bytes written");
                return Seal(file, etag, options.Metadata, options.ContentType);
            });
        }, cancellationToken);

    /// <summary>Makes an object's file aside and renames it to its key; a failure leaves nothing.</summary>
    private PutResult WriteAside(KeyPlaces places, PutCondition condition, Func<SafeFileHandle, ObjectRecord> fill)
    {
        byte[] name = HiddenFolder.NewName();
        using var file = temporary.Create(name);
        try
        {
            var record = fill(file);
            Publish(places, temporary.Handle, name, condition);
            return new PutResult(record.ETag, StoredFile.ToTime(record.Modified));
        }
        catch
        {
            _ = Syscall.Unlink(temporary.Handle, name);
            throw;
        }
    }

    /// <summary>Gives a complete file its record, and puts both on disk. The mtime is set from the precise clock: two puts of the same bytes differ in it.</summary>
    internal ObjectRecord Seal(SafeFileHandle file, string etag, IReadOnlyDictionary<string, string> metadata, string? contentType)
    {
        long now = NowNs();
        errors.Check("stat", Syscall.Stat(file, out var status));
        var record = new ObjectRecord(etag, status.Size, now, now, contentType, metadata);
        errors.Check("set the mtime", Syscall.SetTimes(file, null, now));
        WriteRecord(file, record);
        reached("put: record written");
        errors.Check("fsync", Syscall.Sync(file));
        reached("put: file synced");
        return record;
    }

    /// <summary>Renames a sealed file to its key under the condition, and puts the name on disk.</summary>
    internal void Publish(KeyPlaces places, SafeFileHandle fromFolder, byte[] fromName, PutCondition condition)
    {
        for (int attempt = 1; ; attempt++)
        {
            folders.Ensure(places.Folder, MakeWay);
            reached("put: folders made");
            Errno result;
            Place target;
            SafeFileHandle folder;
            using (locks.Acquire(places.Key))
            {
                target = ChooseTarget(places, condition);
                if (target.Folder.Length > places.Folder.Length)
                {
                    folders.Ensure(target.Folder, MakeWay);
                }

                result = folders.TryOpen(target.Folder, out folder);
                result = result != Errno.OK ? result : Syscall.Rename(fromFolder, fromName, folder, target.Name);
            }

            using (folder)
            {
                if (result == Errno.OK)
                {
                    reached("put: renamed");
                    folders.Sync(target.Folder, folder);
                    reached("put: folder synced");
                    return;
                }
            }

            // The folder was removed as empty, or the name became a folder's: both by another writer, meanwhile.
            if (result is not (Errno.ENOENT or Errno.ENOTDIR or Errno.EISDIR or Errno.EEXIST or Errno.ENOTEMPTY) || attempt == MaxTries)
            {
                throw errors.Create($"put {StoreKey.Show(places.Key)}", result);
            }
        }
    }

    /// <summary>Under the key's lock.</summary>
    private Place ChooseTarget(KeyPlaces places, PutCondition condition)
    {
        (StoredFile? current, bool plainIsFolder) = Find(places);
        using (current)
        {
            CheckCondition(places.Key, condition, current != null && HasExpired(places, current) ? null : current);
            return current != null ? current.Place : places.Plain == null || plainIsFolder ? places.Escaped : places.Plain;
        }
    }

    private void CheckCondition(string key, PutCondition condition, StoredFile? current)
    {
        if (condition.IfAbsent && current != null)
        {
            throw PreconditionFailed(key, "is there already");
        }

        if (condition.IfMatch is { } etag)
        {
            CheckVersion(key, etag, current ?? throw PreconditionFailed(key, "is not there"));
        }
    }

    /// <summary>An object has the name that a folder needs: it moves to its escaped place. Anything else there is an error.</summary>
    private void MakeWay(Place place)
    {
        // Only plain names can be in the way: the names of objects and of folders have different marks.
        string key = KeyOf(place);
        var places = KeyPlaces.Of(key);
        if (places.Plain == null)
        {
            return;
        }

        folders.Ensure(places.Escaped.Folder, MakeWay);
        using (locks.Acquire(key))
        {
            (StoredFile? current, bool plainIsFolder) = Find(places);
            using (current)
            {
                if (plainIsFolder || !ReferenceEquals(current?.Place, places.Plain))
                {
                    return;
                }

                Errno result = folders.TryOpen(places.Plain.Folder, out var from);
                using (from)
                {
                    Errno opened = folders.TryOpen(places.Escaped.Folder, out var to);
                    using (to)
                    {
                        result = result != Errno.OK ? result : opened != Errno.OK ? opened : Syscall.Rename(from, places.Plain.Name, to, places.Escaped.Name);
                        Check("move aside", place, result);
                        reached("put: moved aside");
                        folders.Sync(places.Escaped.Folder, to);
                        Check("fsync a folder", places.Plain, Syscall.Sync(from));
                    }
                }
            }
        }
    }

    private static string KeyOf(Place place)
    {
        // Every folder above is one that we named, so decoding it gives the key's segments back.
        var key = new StringBuilder();
        var pieces = new List<byte>();
        foreach (Range range in place.Folder.AsSpan().Split((byte)'/'))
        {
            byte[] name = place.Folder[range];
            if (name.Length == 0)
            {
                continue;
            }

            bool escaped = name[0] == '%';
            pieces.AddRange(escaped ? name[2..] : name);
            if (escaped && name[1] == NameCodec.PieceMark)
            {
                continue;
            }

            byte[] segment = [.. pieces];
            _ = key.Append(StoreKey.FromBytes(escaped ? NameCodec.Unescape(segment)! : segment)).Append('/');
            pieces.Clear();
        }

        return key.Append(StoreKey.FromBytes(place.Name)).ToString();
    }

    private void WriteRecord(SafeFileHandle file, ObjectRecord record)
    {
        Errno result = Syscall.SetXattr(file, ObjectRecord.XattrName, record.ToBytes());
        if (result is Errno.ENOSPC or Errno.E2BIG or Errno.ERANGE)
        {
            throw new StoreException(StoreErrorKind.TooLarge, $"Embedded store {directory}: the metadata does not fit into an xattr here, or the disk is full.", new PosixException(result, "setxattr"));
        }

        errors.Check("write the record", result);
    }

    private long NowNs() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
