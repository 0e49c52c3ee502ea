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

    /// <summary>Goes on with an upload that this or another process began and neither completed nor aborted: its parts are those that the store has.</summary>
    /// <param name="options">As at the beginning: metadata and content type were fixed there, the condition is held at the completion.</param>
    /// <returns>Null when there is no such upload (any more).</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorKind.Busy"/> when another process works on it and the store can tell.</exception>
    Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken);

    /// <summary>The uploads below a prefix that are neither completed nor aborted, where the store can tell (<see cref="StoreProperties.ListsUploads"/>; else it refuses).</summary>
    Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an upload and its parts; that there was none is no error.</summary>
    Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken);

    /// <summary>Copies on the server's side, of any size. The source equal to the target replaces metadata.</summary>
    /// <returns>Null when the source is not there (or is no longer <see cref="CopyOptions.SourceIfMatch"/>'s version: then <see cref="StoreErrorKind.PreconditionFailed"/>).</returns>
    Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken);

    /// <summary>Deletes an object; that it was not there is no error.</summary>
    /// <param name="ifMatch">Only this version: another one fails with <see cref="StoreErrorKind.PreconditionFailed"/>. Where the store does not hold that by itself, a HEAD goes before and a window remains.</param>
    Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken);

    /// <summary>Deletes any number of objects, unconditionally, in batches.</summary>
    /// <returns>The keys that could not be deleted, with the reason; empty when all are gone.</returns>
    Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>
    /// A URL with which anyone may read or replace one object until it expires, with a plain HTTP client: GET (with Range) and HEAD, or PUT
    /// with the bytes as its body. A PUT carries no metadata and no Content-Type of its own.
    /// </summary>
    /// <param name="lifetime">From a second to <see cref="StoreProperties.MaxUrlLifetime"/>.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorKind.NoUrlEndpoint"/>: the store has no server of its own
    /// (<see cref="StoreProperties.NeedsUrlEndpoint"/>) and nobody serves its URLs now, neither this one nor a process for others: <see cref="ServeUrlsAsync"/> does.</exception>
    Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>
    /// Answers this store's presigned URLs, on this machine only, until what is returned is disposed: URLs that were signed for it are dead from then on. From now on
    /// <see cref="PresignAsync"/> signs for it, and that of other processes too where <see cref="UrlServing.ForOtherProcesses"/> says so.
    /// </summary>
    /// <returns>Null when the store has a server of its own that answers them.</returns>
    Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken);

    /// <summary>The rules by which objects of this store expire, whoever set them, in no order; not those of uploads, and not those that are switched off or look at more than prefix and age.</summary>
    Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Replaces every rule whose <see cref="ExpiryRule.Id"/> begins with <paramref name="ownerPrefix"/>, and no other. An object that has expired is gone at
    /// some time after that (the embedded store: at once, for every call); a PUT begins its time anew.
    /// <para>A bucket's rules are one document without conditional writes: what another program writes between our reading and our writing is lost, as with
    /// every program that sets them. Ours are read again and written again when another one's writing took them away.</para>
    /// </summary>
    Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken);
}
