namespace AgentBay.ObjectStore;

/// <summary>An object that is being uploaded in parts. Disposing without completing aborts it, unless it is kept.</summary>
public interface IMultipartUpload : IAsyncDisposable
{
    /// <summary>Names the upload in its store, for <see cref="IObjectStore.ResumeMultipartAsync"/>.</summary>
    string Id { get; }

    /// <summary>The parts that the store has acknowledged, in the order of their numbers.</summary>
    IReadOnlyList<UploadedPart> Parts { get; }

    /// <summary>Uploads one part; parts may be uploaded at the same time and again. All parts but the last have at least <see cref="StoreProperties.MinPartSize"/> bytes.</summary>
    /// <param name="number">From 1 to <see cref="StoreProperties.MaxParts"/>; parts make up the object in this order.</param>
    Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Makes a part of bytes that the store has already, on the server's side.</summary>
    /// <param name="range">Within the source; on S3 of at most 5 GiB.</param>
    /// <param name="sourceIfMatch">Only this version of the source: another one fails with <see cref="StoreErrorKind.PreconditionFailed"/>.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorKind.PreconditionFailed"/> also when there is no source.</exception>
    Task CopyPartAsync(int number, string sourceKey, ByteRange range, string? sourceIfMatch, CancellationToken cancellationToken);

    /// <summary>Makes the object appear, under the conditions given at the beginning. Parts must be numbered 1 to n without a gap.</summary>
    Task<PutResult> CompleteAsync(CancellationToken cancellationToken);

    /// <summary>From now on disposing does not abort: the upload can be resumed.</summary>
    void Keep();
}
