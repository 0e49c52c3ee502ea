using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

/// <summary>Brings a stream of any length to one object: small ones in one call, others in parts, some at once.</summary>
/// <param name="buffers">Of parts: large ones go fewer at once, the largest one at a time.</param>
internal sealed class StreamUpload(IObjectStore store, int partSize, MemoryBudget buffers, IProgress<long>? hashed, IProgress<long>? progress)
{
    private const int PartsAtOnce = 4;

    // Where nobody says how long it will be, parts double after so many: ten thousand of them hold half a TiB.
    private const int PartsOfOneSize = 2000;

    // Of parts that are stored, for the next ones. A pool would round the large ones up, to twice their size at worst.
    private readonly ConcurrentBag<byte[]> used = [];

    private long done;

    /// <param name="metadata">Of the object, given the hash of the content where that is known before it is sent.</param>
    internal async Task<(PutResult Stored, long Size)> RunAsync(
        string key, Stream content, Func<string?, IReadOnlyDictionary<string, string>> metadata, CancellationToken cancellationToken)
    {
        byte[] first = ArrayPool<byte>.Shared.Rent(partSize);
        try
        {
            int length = await content.ReadAtLeastAsync(first.AsMemory(0, partSize), partSize, throwOnEndOfStream: false, cancellationToken);
            if (length == partSize)
            {
                return await RunInPartsAsync(key, first.AsMemory(0, length), content, metadata, cancellationToken);
            }

            ReadOnlyMemory<byte> whole = first.AsMemory(0, length);
            PutResult stored = await store.PutAsync(key, whole, new PutOptions { Metadata = metadata(ContentHash.Of(whole.Span)) }, cancellationToken);
            progress?.Report(length);
            return (stored, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
        }
    }

    private async Task<(PutResult Stored, long Size)> RunInPartsAsync(
        string key, ReadOnlyMemory<byte> first, Stream content, Func<string?, IReadOnlyDictionary<string, string>> metadata, CancellationToken cancellationToken)
    {
        long? rest = content.CanSeek ? content.Length - content.Position : null;
        if (first.Length + rest > PartSizes.LargestObject(store.Properties))
        {
            throw new StoreException(StoreErrorKind.TooLarge, $"{first.Length + rest} bytes are more than {store.Properties.Url} takes in one object, {PartSizes.LargestObject(store.Properties)}.");
        }

        int? sizeOfParts = rest is { } left ? PartSizes.For(left, partSize, store.Properties.MaxParts - 1) : null;

        // The hash belongs into the metadata, which comes before the bytes: what can be read twice is.
        string? promised = content.CanSeek ? await HashAsync(first, content, cancellationToken) : null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using IMultipartUpload upload = await store.BeginMultipartAsync(key, new PutOptions { Metadata = metadata(promised) }, cancellationToken);
        hash.AppendData(first.Span);
        long size = first.Length;
        var running = new List<Task> { UploadAsync(upload, 1, first, buffer: null, await buffers.TakeAsync(first.Length, cancellationToken), cancellationToken) };
        try
        {
            for (int number = 2; ; number++)
            {
                int wanted = sizeOfParts ?? partSize << Math.Min((number - 1) / PartsOfOneSize, 4);
                IDisposable room = await buffers.TakeAsync(wanted, cancellationToken);
                byte[] buffer;
                int length;
                try
                {
                    buffer = BufferOf(wanted);
                    length = await content.ReadAtLeastAsync(buffer, wanted, throwOnEndOfStream: false, cancellationToken);
                }
                catch
                {
                    room.Dispose();
                    throw;
                }

                hash.AppendData(buffer, 0, length);
                size += length;
                if (length == 0)
                {
                    room.Dispose();
                    break;
                }

                running.Add(UploadAsync(upload, number, buffer.AsMemory(0, length), buffer, room, cancellationToken));
                if (length < wanted)
                {
                    break;
                }

                while (running.Count >= PartsAtOnce)
                {
                    Task ended = await Task.WhenAny(running);
                    _ = running.Remove(ended);
                    await ended;
                }
            }
        }
        finally
        {
            // Their buffers are theirs until then.
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running);
        string sent = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (promised is not null && sent != promised)
        {
            throw new IOException("The file changed while it was stored: nothing was stored. Try again.");
        }

        PutResult stored = await upload.CompleteAsync(cancellationToken);
        return (promised is null ? await SayHashAsync(key, stored, size, metadata(sent), cancellationToken) : stored, size);
    }

    /// <summary>What could be read only once has its hash said afterwards, so that who reads it can verify it.</summary>
    private async Task<PutResult> SayHashAsync(string key, PutResult stored, long size, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        try
        {
            var options = new CopyOptions { SourceIfMatch = stored.ETag, ExpectedSize = size, Condition = PutCondition.Match(stored.ETag), Metadata = metadata };
            return await store.CopyAsync(key, key, options, cancellationToken) ?? stored;
        }
        catch (StoreException replaced) when (replaced.Kind == StoreErrorKind.PreconditionFailed)
        {
            return stored; // By another's, which counts.
        }
    }

    private byte[] BufferOf(int size) => used.TryTake(out byte[]? buffer) && buffer.Length == size ? buffer : GC.AllocateUninitializedArray<byte>(size);

    /// <param name="buffer">Of the part, for the next one.</param>
    /// <param name="room">For the part, given back when it is stored.</param>
    private async Task UploadAsync(
        IMultipartUpload upload, int number, ReadOnlyMemory<byte> part, byte[]? buffer, IDisposable room, CancellationToken cancellationToken)
    {
        try
        {
            await upload.UploadPartAsync(number, part, cancellationToken);
            progress?.Report(Interlocked.Add(ref done, part.Length));
        }
        finally
        {
            if (buffer is not null)
            {
                used.Add(buffer);
            }

            room.Dispose();
        }
    }

    private async Task<string> HashAsync(ReadOnlyMemory<byte> first, Stream content, CancellationToken cancellationToken)
    {
        long position = content.Position;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(first.Span);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and int count)
            {
                hash.AppendData(buffer, 0, count);
                hashed?.Report(content.Position);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        content.Position = position;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
