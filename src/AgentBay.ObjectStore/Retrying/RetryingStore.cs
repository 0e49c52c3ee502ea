namespace AgentBay.ObjectStore.Retrying;

/// <summary>
/// The one place where store calls are tried again: with growing, random pauses, only after a failure that is
/// <see cref="StoreException.IsTransient"/>, each try under a deadline, so many at once.
/// <para>A write whose answer was lost may have landed, and its repetition then fails on its own condition. So conditional writes
/// carry an operation id in their metadata (<c>agentbay-op</c>: the caller's, or one added here): after a failed condition a HEAD tells by it
/// whether the write was ours, which is success.</para>
/// </summary>
public sealed class RetryingStore(IObjectStore inner, StoreOpenOptions options) : IObjectStore
{
    // A copy whose size the caller does not tell gets the time of this many bytes.
    private const long UnknownCopySize = 600L << 20;
    private const int MaxDeletes = 1000;

    private readonly StoreTries tries = new(options);

    public StoreProperties Properties => inner.Properties;

    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        tries.RunAsync(0, cancel => inner.ListAsync(request, cancel), cancellationToken);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        tries.RunAsync(0, cancel => inner.HeadAsync(key, cancel), cancellationToken);

    public async Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken)
    {
        var content = await tries.RunAsync(0, cancel => inner.GetAsync(key, range, ifMatch, cancel), cancellationToken).ConfigureAwait(false);
        return content == null ? null : new ObjectContent(content.Info, new ResumingStream(inner, tries, content, range ?? new ByteRange(0)));
    }

    public async Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken)
    {
        var (marked, operation) = options.Condition == PutCondition.None ? (options, null) : Mark(options);
        try
        {
            return await tries.RunAsync(body.Length, cancel => inner.PutAsync(key, body, marked, cancel), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.PreconditionFailed && operation != null)
        {
            var landed = await FindAsync(key, operation, cancellationToken).ConfigureAwait(false);
            if (landed?.Size != body.Length)
            {
                throw;
            }

            return new PutResult(landed.ETag, landed.LastModified);
        }
    }

    public async Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        // Always marked: completing twice fails even without a condition.
        var (marked, operation) = Mark(options);
        var upload = await tries.RunAsync(0, cancel => inner.BeginMultipartAsync(key, marked, cancel), cancellationToken).ConfigureAwait(false);
        return new RetryingUpload(upload, tries, cancel => FindAsync(key, operation, cancel));
    }

    /// <summary>Only an operation id that the caller gave, now as at the beginning, tells whether a completion landed whose answer was lost.</summary>
    public async Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken)
    {
        string? operation = options.Metadata.GetValueOrDefault(StoreMetadata.Operation);
        var upload = await tries.RunAsync(0, cancel => inner.ResumeMultipartAsync(key, uploadId, options, cancel), cancellationToken).ConfigureAwait(false);
        return upload == null ? null : new RetryingUpload(upload, tries, cancel => FindAsync(key, operation, cancel));
    }

    public Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken) =>
        tries.RunAsync(0, cancel => inner.ListUploadsAsync(prefix, cancel), cancellationToken);

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) =>
        tries.RunAsync(0, cancel => inner.AbortUploadAsync(key, uploadId, cancel), cancellationToken);

    public async Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken)
    {
        bool conditional = options.Condition != PutCondition.None || (options.SourceIfMatch != null && sourceKey == key);
        string? operation = null;
        var marked = options;
        if (conditional && options.Metadata != null)
        {
            (var metadata, operation) = Mark(options.Metadata);
            marked = options with { Metadata = metadata };
        }

        bool ambiguous = false;
        try
        {
            return await tries.RunAsync(
                options.ExpectedSize ?? UnknownCopySize,
                async cancel =>
                {
                    try
                    {
                        return await inner.CopyAsync(sourceKey, key, marked, cancel).ConfigureAwait(false);
                    }
                    catch (Exception e) when (e is OperationCanceledException or StoreException { IsTransient: true })
                    {
                        ambiguous = true;
                        throw;
                    }
                }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.PreconditionFailed && conditional)
        {
            var landed = operation != null
                ? await FindAsync(key, operation, cancellationToken).ConfigureAwait(false)
                : ambiguous ? await FindCopyAsync(sourceKey, key, cancellationToken).ConfigureAwait(false) : null;
            if (landed == null)
            {
                throw;
            }

            return new PutResult(landed.ETag, landed.LastModified);
        }
    }

    public Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken) =>
        tries.RunAsync(0, cancel => inner.DeleteAsync(key, ifMatch, cancel), cancellationToken);

    public async Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var failed = new List<KeyValuePair<string, StoreException>>();
        foreach (string[] batch in keys.Chunk(MaxDeletes))
        {
            failed.AddRange(await DeleteBatchAsync(batch, cancellationToken).ConfigureAwait(false));
        }

        return failed;
    }

    public Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken) =>
        tries.RunAsync(0, cancel => inner.PresignAsync(key, use, lifetime, cancel), cancellationToken);

    public Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken) => inner.ServeUrlsAsync(serving, cancellationToken);

    public Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken) => tries.RunAsync(0, inner.GetExpiryRulesAsync, cancellationToken);

    public Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken) =>
        tries.RunAsync(0, cancel => inner.SetExpiryRulesAsync(ownerPrefix, rules, cancel), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        tries.Dispose();
    }

    /// <summary>Tries again only the keys whose failure was transient.</summary>
    private async Task<List<KeyValuePair<string, StoreException>>> DeleteBatchAsync(string[] keys, CancellationToken cancellationToken)
    {
        var failed = new List<KeyValuePair<string, StoreException>>();
        var transient = keys.ToDictionary(k => k, _ => (StoreException?)null, StringComparer.Ordinal);
        try
        {
            _ = await tries.RunAsync(
                transient.Count << 10,
                async cancel =>
                {
                    var outcome = await inner.DeleteManyAsync([.. transient.Keys], cancel).ConfigureAwait(false);
                    failed.AddRange(outcome.Where(static f => !f.Value.IsTransient));
                    transient = outcome.Where(static f => f.Value.IsTransient).ToDictionary(static f => f.Key, static f => (StoreException?)f.Value, StringComparer.Ordinal);
                    return transient.Values.FirstOrDefault() is { } e ? throw e : true;
                }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            failed.AddRange(transient.Select(t => new KeyValuePair<string, StoreException>(t.Key, t.Value ?? e)));
        }

        return failed;
    }

    /// <returns>The object if it is the one that this operation wrote.</returns>
    private async Task<ObjectInfo?> FindAsync(string key, string? operation, CancellationToken cancellationToken)
    {
        var head = operation == null ? null : await HeadAsync(key, cancellationToken).ConfigureAwait(false);
        if (head == null || !head.Metadata.TryGetValue(StoreMetadata.Operation, out string? found) || found != operation)
        {
            return null;
        }

        Log.WriteHadLanded(tries.Options.Logger, key);
        return head;
    }

    /// <summary>A copy that kept the source's metadata has no id of its own; the same content at the target means that it is done.</summary>
    private async Task<ObjectInfo?> FindCopyAsync(string sourceKey, string key, CancellationToken cancellationToken)
    {
        var source = await HeadAsync(sourceKey, cancellationToken).ConfigureAwait(false);
        var target = await HeadAsync(key, cancellationToken).ConfigureAwait(false);
        return source != null && target != null && source.ETag == target.ETag && source.Size == target.Size ? target : null;
    }

    private (PutOptions Marked, string? Operation) Mark(PutOptions options)
    {
        var (metadata, operation) = Mark(options.Metadata);
        return (options with { Metadata = metadata }, operation);
    }

    /// <returns>No operation when its id would pass the store's limit of metadata.</returns>
    private (IReadOnlyDictionary<string, string> Metadata, string? Operation) Mark(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.TryGetValue(StoreMetadata.Operation, out string? given))
        {
            return (metadata, given);
        }

        string operation = Guid.NewGuid().ToString("N");
        int bytes = S3.S3Metadata.WireBytes(metadata) + StoreMetadata.Operation.Length + operation.Length;
        return bytes > Properties.MaxMetadataBytes
            ? (metadata, null)
            : (new Dictionary<string, string>(metadata, StringComparer.Ordinal) { [StoreMetadata.Operation] = operation }, operation);
    }
}
