namespace AgentBay.ObjectStore.Retrying;

/// <param name="findLanded">The object, if it is this upload's.</param>
internal sealed class RetryingUpload(IMultipartUpload inner, StoreTries tries, Func<CancellationToken, Task<ObjectInfo?>> findLanded) : IMultipartUpload
{
    private long bytes;

    public async Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        _ = Interlocked.Add(ref bytes, body.Length);
        _ = await tries.RunAsync(
            body.Length,
            async cancel =>
            {
                await inner.UploadPartAsync(number, body, cancel).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await tries.RunAsync(Interlocked.Read(ref bytes), inner.CompleteAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Kind is StoreErrorKind.PreconditionFailed or StoreErrorKind.Refused)
        {
            // Completed by a try whose answer was lost: now the upload is unknown, or its condition fails on itself.
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
