using System.Text;
using AgentBay.Posix;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>
/// An object in parts. As long as the parts are as large as the first one that came, each is written to its final place in one
/// file, which completing only renames; any other part has a file of its own, and completing copies.
/// </summary>
internal sealed class EmbeddedUpload(EmbeddedStore store, UploadFolder folder, KeyPlaces places, UploadRecord begun, PutCondition condition) : IMultipartUpload
{
    private readonly Dictionary<int, Part> parts = [];
    private readonly HashSet<int> claimed = [];
    private readonly Lock guard = new();
    private long slotSize = -1;
    private bool ended;
    private bool kept;

    public string Id => folder.Id;

    public IReadOnlyList<UploadedPart> Parts
    {
        get
        {
            lock (guard)
            {
                return [.. parts.OrderBy(static p => p.Key).Select(static p => new UploadedPart(p.Key, p.Value.Length, Convert.ToHexStringLower(p.Value.Hash)))];
            }
        }
    }

    public async Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => _ = await store.Threads.RunAsync(
        () =>
        {
            Add(number, body.Length, (target, offset) =>
            {
                store.Errors.Check($"write part {number} of {StoreKey.Show(places.Key)}", Syscall.Write(target, body.Span, offset, out _));
                return ETags.Hash(body.Span);
            });
            return true;
        }, cancellationToken).ConfigureAwait(false);

    public async Task CopyPartAsync(int number, string sourceKey, ByteRange range, string? sourceIfMatch, CancellationToken cancellationToken) => _ = await store.Threads.RunAsync(
        () =>
        {
            using var source = store.FindLive(KeyPlaces.Of(sourceKey)) ?? throw store.PreconditionFailed(sourceKey, "is not there");
            store.CheckVersion(sourceKey, sourceIfMatch, source);
            long length = PartCopy.LengthOf(range, source.Status.Size, sourceKey);
            Add(number, length, (target, offset) =>
            {
                store.CopyBytes(source.Handle, range.Offset, target, offset, length, sourceKey, cancellationToken);
                return StoredFile.HashOf(source.Handle, range.Offset, length, store.Errors);
            });
            return true;
        }, cancellationToken).ConfigureAwait(false);

    public Task<PutResult> CompleteAsync(CancellationToken cancellationToken) => store.Threads.RunAsync(
        () =>
        {
            lock (guard)
            {
                CheckParts();
                var whole = InPlace() ? folder.Whole : Assemble(cancellationToken);

                // A slot beyond the last part may have been written by a part that came again elsewhere.
                store.Errors.Check("truncate", Syscall.Truncate(whole.Handle, parts.Values.Sum(static p => p.Length)));
                store.Reached("multipart: assembled");
                string etag = ETags.OfParts([.. Enumerable.Range(1, parts.Count).Select(n => parts[n].Hash)]);
                var record = store.Seal(whole.Handle, etag, begun.Metadata, begun.ContentType);
                store.Publish(places, folder.Handle, whole.Name, condition);
                ended = true;
                folder.Remove();
                folder.Dispose();
                return new PutResult(etag, StoredFile.ToTime(record.Modified));
            }
        }, cancellationToken);

    public void Keep() => kept = true;

    public async ValueTask DisposeAsync() => _ = await store.Threads.RunAsync(
        () =>
        {
            lock (guard)
            {
                if (ended)
                {
                    return false;
                }

                ended = true;
                if (!kept)
                {
                    folder.Remove();
                }

                folder.Dispose();
                return true;
            }
        }, CancellationToken.None).ConfigureAwait(false);

    /// <summary>Takes over the parts that an earlier process wrote, as far as their bytes are there.</summary>
    internal void Restore()
    {
        foreach (var line in folder.Log.Read().GroupBy(static l => l.Number).Select(static g => g.Last()))
        {
            var file = folder.Open(line.File);
            byte[] hash = file == null ? [] : StoredFile.HashOf(file.Handle, line.Offset, line.Length, store.Errors);
            if (file == null || Convert.ToHexStringLower(hash) != line.Hash)
            {
                continue;
            }

            parts[line.Number] = new Part(file, line.Offset, line.Length, hash);
            if (file == folder.Whole)
            {
                // The slots of all parts in one file have one size, and only the first does not tell it by its place.
                _ = claimed.Add(line.Number);
                slotSize = line.Number > 1 ? line.Offset / (line.Number - 1) : slotSize < 0 ? line.Length : slotSize;
            }
        }
    }

    private void Add(int number, long length, Func<SafeFileHandle, long, byte[]> write)
    {
        PartNumber.Check(number, store.Properties, places.Key);
        UploadFolder.PartFile target;
        long offset = 0;
        lock (guard)
        {
            CheckOpen();
            slotSize = slotSize < 0 ? length : slotSize;
            if (length <= slotSize && claimed.Add(number))
            {
                target = folder.Whole;
                offset = (number - 1) * slotSize;
            }
            else
            {
                target = folder.Create($"part-{number}-{Guid.NewGuid():N}");
            }
        }

        byte[] hash = write(target.Handle, offset);
        store.Reached("multipart: part written");
        lock (guard)
        {
            CheckOpen();
            parts[number] = new Part(target, offset, length, hash);
            folder.Log.Append(new PartLog.Line(number, Encoding.ASCII.GetString(target.Name), offset, length, Convert.ToHexStringLower(hash)));
        }
    }

    private void CheckOpen()
    {
        if (ended || !folder.Exists)
        {
            throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: the upload has ended.");
        }
    }

    private void CheckParts()
    {
        CheckOpen();
        if (parts.Count == 0 || parts.Keys.Max() != parts.Count)
        {
            throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: the parts are not numbered from 1 without a gap.");
        }

        int min = store.Properties.MinPartSize;
        foreach (var (number, part) in parts)
        {
            if (number < parts.Count && part.Length < min)
            {
                throw new StoreException(StoreErrorKind.Refused, $"{StoreKey.Show(places.Key)}: part {number} has {part.Length} bytes; all but the last need {min}.");
            }
        }
    }

    private bool InPlace()
    {
        long offset = 0;
        for (int number = 1; number <= parts.Count; number++)
        {
            if (parts[number].File != folder.Whole || parts[number].Offset != offset)
            {
                return false;
            }

            offset += parts[number].Length;
        }

        return true;
    }

    private UploadFolder.PartFile Assemble(CancellationToken cancellationToken)
    {
        var whole = folder.Create($"assembled-{Guid.NewGuid():N}");
        long offset = 0;
        for (int number = 1; number <= parts.Count; number++)
        {
            var part = parts[number];
            store.CopyBytes(part.File.Handle, part.Offset, whole.Handle, offset, part.Length, places.Key, cancellationToken);
            offset += part.Length;
        }

        return whole;
    }

    private sealed record Part(UploadFolder.PartFile File, long Offset, long Length, byte[] Hash);
}
