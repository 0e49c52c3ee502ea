namespace AgentBay.ObjectStore.Urls;

/// <summary>Stores a body of any length with one buffer: a single PUT when it fits, parts otherwise.</summary>
internal static class StreamUpload
{
    private const int PartSize = 8 << 20;

    /// <param name="length">What the client announced; null when it did not.</param>
    /// <exception cref="IOException">The body ended before its announced length: nothing is stored.</exception>
    internal static async Task<PutResult> RunAsync(
        IObjectStore store, string key, long? length, Func<Memory<byte>, CancellationToken, Task<int>> read, CancellationToken cancellationToken)
    {
        long partSize = Math.Max(PartSize, ((length ?? 0) / store.Properties.MaxParts) + 1);
        var buffer = new byte[Math.Min(partSize, (length ?? partSize) + 1)];
        int filled = await FillAsync(buffer, read, cancellationToken).ConfigureAwait(false);
        if (filled < buffer.Length)
        {
            CheckLength(filled, length);
            return await store.PutAsync(key, buffer.AsMemory(0, filled), new PutOptions(), cancellationToken).ConfigureAwait(false);
        }

        await using var upload = await store.BeginMultipartAsync(key, new PutOptions(), cancellationToken).ConfigureAwait(false);
        long total = 0;
        for (int number = 1; filled > 0; number++)
        {
            await upload.UploadPartAsync(number, buffer.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
            total += filled;
            filled = await FillAsync(buffer, read, cancellationToken).ConfigureAwait(false);
        }

        CheckLength(total, length);
        return await upload.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> FillAsync(byte[] buffer, Func<Memory<byte>, CancellationToken, Task<int>> read, CancellationToken cancellationToken)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int count = await read(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            filled += count;
        }

        return filled;
    }

    private static void CheckLength(long got, long? announced)
    {
        if (announced is { } wanted && got != wanted)
        {
            throw new EndOfStreamException($"The body ended after {got} of {wanted} bytes.");
        }
    }
}
