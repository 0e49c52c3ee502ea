namespace AgentBay.ObjectStore;

/// <summary>
/// A flat map from keys to immutable objects, as S3 means it. A key is any non-empty Unicode string without unpaired
/// surrogates of at most 1,023 UTF-8 bytes; keys are ordered by their UTF-8 bytes. A put replaces the whole object at once: a reader
/// sees the old bytes and metadata or the new ones, never a mixture. A write that returned is durable and is seen by every
/// later call of any client.
/// <para>Absence is a value (null, false); every failure is a <see cref="StoreException"/>, except that a cancelled token
/// throws <see cref="OperationCanceledException"/>. All members may be called from any thread at once.</para>
/// </summary>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>What this store can do. Nobody looks at a store's type.</summary>
    StoreProperties Properties { get; }

    /// <summary>Asks the store, with one try and a short deadline, whether it can be used: it answers, the bucket is there, the credentials are good and may list.</summary>
    /// <exception cref="StoreException">The message says what to do next.</exception>
    async Task VerifyAsync(CancellationToken cancellationToken) => _ = await ListAsync(new ListRequest("") { MaxKeys = 1 }, cancellationToken).ConfigureAwait(false);

    /// <summary>One page of keys below a prefix, in order.</summary>
    Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken);

    /// <returns>Null when there is no such object.</returns>
    Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Opens an object's bytes. The caller disposes the answer. The stream verifies what the store lets it verify and fails with <see cref="StoreErrorKind.Corrupt"/>; it never ends early without an error.</summary>
    /// <param name="range">Null reads all; a range that begins at or beyond the end is an empty stream.</param>
    /// <param name="ifMatch">Only this version: another one fails with <see cref="StoreErrorKind.PreconditionFailed"/>.</param>
    /// <returns>Null when there is no such object.</returns>
    Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken);

    /// <summary>Stores one object from memory, which does not change during the call. What was stored is verified against the answer (size, and checksum or ETag) before this returns.</summary>
    Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Begins an object in parts. Nothing is seen under the key until it is completed.</summary>
    Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Copies on the server's side, of any size. The source equal to the target replaces metadata.</summary>
    /// <returns>Null when the source is not there (or is no longer <see cref="CopyOptions.SourceIfMatch"/>'s version: then <see cref="StoreErrorKind.PreconditionFailed"/>).</returns>
    Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken);

    /// <summary>Deletes an object; that it was not there is no error.</summary>
    /// <param name="ifMatch">Only this version: another one fails with <see cref="StoreErrorKind.PreconditionFailed"/>. Where the store cannot (see <see cref="StoreProperties.ConditionalDelete"/>), a HEAD goes before.</param>
    Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken);

    /// <summary>Deletes any number of objects, unconditionally, in batches.</summary>
    /// <returns>The keys that could not be deleted, with the reason; empty when all are gone.</returns>
    Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);
}

/// <summary>An object that is being uploaded in parts. Disposing without completing aborts it.</summary>
public interface IMultipartUpload : IAsyncDisposable
{
    /// <summary>Uploads one part; parts may be uploaded at the same time and again. All parts but the last have at least <see cref="StoreProperties.MinPartSize"/> bytes.</summary>
    /// <param name="number">From 1 to <see cref="StoreProperties.MaxParts"/>; parts make up the object in this order.</param>
    Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Makes the object appear, under the conditions given at the beginning. Parts must be numbered 1 to n without a gap.</summary>
    Task<PutResult> CompleteAsync(CancellationToken cancellationToken);
}
