namespace AgentBay.ObjectStore.Retrying;

/// <param name="findLanded">The object, if it is this upload's.</param>
internal sealed class RetryingUpload(IMultipartUpload inner, StoreTries tries, Func<CancellationToken, Task<ObjectInfo?>> findLanded) : IMultipartUpload
{
    private long bytes = inner.Parts.Sum(static p => p.Size);

    public string Id => inner.Id;

    public IReadOnlyList<UploadedPart> Parts => inner.Parts;

    public Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        _ = Interlocked.Add(ref bytes, body.Length);
        return tries.RunAsync(body.Length, cancel => inner.UploadPartAsync(number, body, cancel), cancellationToken);
    }

    public Task CopyPartAsync(int number, string sourceKey, ByteRange range, string? sourceIfMatch, CancellationToken cancellationToken)
    {
        _ = Interlocked.Add(ref bytes, range.Length ?? 0);
        return tries.RunAsync(range.Length ?? 0, cancel => inner.CopyPartAsync(number, sourceKey, range, sourceIfMatch, cancel), cancellationToken);
    }

    public void Keep() => inner.Keep();

    public async Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await tries.RunAsync(Interlocked.Read(ref bytes), inner.CompleteAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Kind is StoreErrorKind.PreconditionFailed or StoreErrorKind.Refused or StoreErrorKind.Busy)
        {
            // Completed by a try whose answer was lost: now the upload is unknown (RGW says 500 to that), or its condition fails on itself.
            var landed = await findLanded(cancellationToken).ConfigureAwait(false);
            if (landed == null)
            {
                throw;
            }

            return new PutResult(landed.ETag, landed.LastModified);
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
