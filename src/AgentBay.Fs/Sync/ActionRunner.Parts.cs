using System.Buffers;
using System.Text;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Sync;

/// <summary>
/// Large files go up in parts. What the store has is not sent again: a part that is in the old version is copied from there, and what an upload
/// that was cut off has brought there stays.
/// </summary>
internal sealed partial class ActionRunner
{
    private const int PartsAtOnce = 4;

    /// <returns>Null when the bytes changed while they were read.</returns>
    private async Task<ActionOutcome?> UploadPartsAsync(SyncAction action, SafeFileHandle file, LocalEntry before, bool lastTry, ActionCount count, CancellationToken cancellationToken)
    {
        if (before.Size > PartSizes.LargestObject(store.Properties))
        {
            throw new FsException(FsError.TooLarge, $"{action.Path} has {before.Size} bytes; the store takes {PartSizes.LargestObject(store.Properties)} at most.");
        }

        // The hash goes into the metadata, which an upload in parts takes at its beginning.
        int partSize = mirror.PartSizeFor(before.Size);
        (string hash, PartHashes parts) = await Task.Run(() => ContentHash.OfParts(file, partSize), cancellationToken);

        // A last try goes up whatever it catches: a hash that its bytes may not have would make it unreadable for everybody else.
        (IMultipartUpload? begun, string operation) = await BeginPartsAsync(action, before, lastTry ? null : hash, partSize, cancellationToken);
        if (begun is null)
        {
            mirror.Index.ForgetUpload(action.Key);
            return await OnOtherVersionAsync(action, hash, cancellationToken); // Our own.
        }

        await using IMultipartUpload upload = begun;
        PutResult result;
        try
        {
            bool sent = await SendPartsAsync(action, file, before.Size, upload, parts, exact: !lastTry, count, cancellationToken);
            if (!lastTry && !(sent && IsUnchanged(action.Path, before)))
            {
                mirror.Index.ForgetUpload(action.Key);
                return null; // Disposing aborts it.
            }

            result = await upload.CompleteAsync(cancellationToken);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.PreconditionFailed)
        {
            mirror.Index.ForgetUpload(action.Key);
            return await OnOtherVersionAsync(action, hash, cancellationToken);
        }
        catch (Exception error) when (!lastTry && error is OperationCanceledException or StoreException { IsTransient: true })
        {
            upload.Keep();
            throw;
        }

        mirror.Options.Faults.Reach("Upload.completed");
        bool stable = !lastTry || IsUnchanged(action.Path, before);
        // A fuzzy copy's hash says nothing of the file: without one the file stays dirty.
        await AcknowledgeAsync(action, before, new RemoteVersion(result.ETag, before.Size, result.LastModified), stable ? hash : null, operation);
        mirror.Index.ForgetUpload(action.Key);
        if (!lastTry)
        {
            mirror.Index.PutParts(action.Key, result.ETag, parts);
        }

        return stable ? ActionOutcome.Done : ActionOutcome.StaysDirty;
    }

    /// <param name="hash">Null: nobody could tell later whether the upload's bytes are the file's, so it cannot be gone on with.</param>
    /// <returns>No upload: the one that was cut off has been completed.</returns>
    private async Task<(IMultipartUpload? Upload, string Operation)> BeginPartsAsync(SyncAction action, LocalEntry entry, string? hash, int partSize, CancellationToken cancellationToken)
    {
        if (hash is not null && mirror.Index.FindUpload(action.Key) is { } begun)
        {
            PutOptions same = Options(begun.OperationId);
            if (begun.Description == DescriptionOf(same, partSize))
            {
                IMultipartUpload? resumed = await store.ResumeMultipartAsync(action.Key, begun.Id, same, cancellationToken);
                if (resumed is not null || (await placer.DescribeAsync(action.Key, cancellationToken))?.Description.OperationId == begun.OperationId)
                {
                    await NoteIntentAsync(action, begun.OperationId);
                    return (resumed, begun.OperationId);
                }
            }
        }

        await AbandonUploadAsync(action.Key, cancellationToken);
        string operation = await BeginWriteAsync(action);
        PutOptions options = Options(operation);
        IMultipartUpload upload = await store.BeginMultipartAsync(action.Key, options, cancellationToken);
        if (hash is not null)
        {
            mirror.Index.PutUpload(new BegunUpload(action.Key, upload.Id, operation, DescriptionOf(options, partSize)));
            mirror.Options.Faults.Reach("Upload.begun");
        }

        return (upload, operation);

        PutOptions Options(string id) => new() { Metadata = Describe(action, entry, hash, id).ToMetadata(), Condition = ConditionOf(action.Row) };
    }

    /// <param name="exact">Only these bytes: any other ends it.</param>
    /// <returns>False when the file has other bytes than its hashes say.</returns>
    private async Task<bool> SendPartsAsync(
        SyncAction action, SafeFileHandle file, long size, IMultipartUpload upload, PartHashes parts, bool exact, ActionCount count, CancellationToken cancellationToken)
    {
        // INVARIANT: an upload that can be gone on with has only parts of the file that its metadata's hash names.
        HashSet<int> there = [.. upload.Parts.Where(part => part.Size == LengthOf(part.Number - 1)).Select(part => part.Number - 1)];
        PartHashes? old = exact && action.Row?.Remote is { } version ? mirror.Index.FindParts(action.Key, version.ETag) : null;
        bool changed = false;
        count.Stored(there.Sum(part => (long)LengthOf(part)));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (int)((size + parts.PartSize - 1) / parts.PartSize)).Where(part => !there.Contains(part)),
            new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellationToken },
            async (part, token) =>
            {
                if (changed)
                {
                    return;
                }

                long offset = (long)part * parts.PartSize;
                if (parts.IsIn(old, part))
                {
                    await upload.CopyPartAsync(part + 1, action.Key, new ByteRange(offset, LengthOf(part)), action.Row!.Remote!.ETag, token);
                }
                else if (!await SendPartAsync(file, part, offset, LengthOf(part), upload, exact ? parts : null, token))
                {
                    changed = true;
                    return;
                }

                count.Stored(LengthOf(part));
                mirror.Options.Faults.Reach("Upload.part");
            });
        return !changed;

        int LengthOf(int part) => (int)Math.Min(parts.PartSize, size - ((long)part * parts.PartSize));
    }

    private async Task<bool> SendPartAsync(SafeFileHandle file, int part, long offset, int length, IMultipartUpload upload, PartHashes? expected, CancellationToken cancellationToken)
    {
        using IDisposable room = await buffers.TakeAsync(length, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int count = await ReadAsync(file, buffer.AsMemory(0, length), offset, cancellationToken);
            if (expected is not null && !expected.Is(part, buffer.AsSpan(0, count)))
            {
                return false;
            }

            await upload.UploadPartAsync(part + 1, buffer.AsMemory(0, count), cancellationToken);
            Sent.Add(count);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What is written now comes in another way: an upload that was cut off is of no use any more.</summary>
    private async Task AbandonUploadAsync(string key, CancellationToken cancellationToken)
    {
        if (mirror.Index.FindUpload(key) is { } begun)
        {
            await store.AbortUploadAsync(key, begun.Id, cancellationToken);
            mirror.Index.ForgetUpload(key);
        }
    }

    private static string DescriptionOf(PutOptions options, int partSize) => ContentHash.Of(
        Encoding.UTF8.GetBytes(string.Join('\n', options.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}").Append($"{partSize}"))));
}
