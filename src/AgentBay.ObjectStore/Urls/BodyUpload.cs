namespace AgentBay.ObjectStore.Urls;

/// <summary>Stores a body of known length with one buffer: a single PUT when it fits, parts otherwise.</summary>
internal static class BodyUpload
{
    private const int PartSize = 8 << 20;

    // A length is no more than a claim, and the buffer is there before the bytes.
    private const int LargestPart = 32 << 20;

    /// <summary>In bytes, what can come as one body.</summary>
    internal static long Longest(StoreProperties properties) => Math.Min(PartSizes.LargestObject(properties), (long)properties.MaxParts * LargestPart);

    /// <param name="length">At most <see cref="Longest"/>.</param>
    /// <param name="check">Called when all bytes are here, before anything is seen of them; it may throw.</param>
    /// <exception cref="IOException">The body ended before its announced length: nothing is stored.</exception>
    internal static async Task<PutResult> RunAsync(
        IObjectStore store, string key, long length, Func<Memory<byte>, CancellationToken, Task<int>> read, Func<CancellationToken, Task> check,
        CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(PartSizes.For(length, PartSize, store.Properties.MaxParts), length)];
        await FillAsync(buffer, read, cancellationToken).ConfigureAwait(false);
        if (buffer.Length == length)
        {
            await check(cancellationToken).ConfigureAwait(false);
            return await store.PutAsync(key, buffer, new PutOptions(), cancellationToken).ConfigureAwait(false);
        }

        await using var upload = await store.BeginMultipartAsync(key, new PutOptions(), cancellationToken).ConfigureAwait(false);
        int filled = buffer.Length;
        for (int number = 1; filled > 0; number++)
        {
            await upload.UploadPartAsync(number, buffer.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
            length -= filled;
            filled = (int)Math.Min(buffer.Length, length);
            await FillAsync(buffer.AsMemory(0, filled), read, cancellationToken).ConfigureAwait(false);
        }

        await check(cancellationToken).ConfigureAwait(false);
        return await upload.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task FillAsync(Memory<byte> buffer, Func<Memory<byte>, CancellationToken, Task<int>> read, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            int count = await read(buffer, cancellationToken).ConfigureAwait(false);
            buffer = count > 0 ? buffer[count..] : throw new EndOfStreamException("The body ended before its announced length.");
        }
    }
}
