using System.Collections.Concurrent;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    public async Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        await BeginAsync(key, options, cancellationToken).ConfigureAwait(false);

    private async Task<Upload> BeginAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        CheckMetadata(options.Metadata, key);
        var call = new InitiateMultipartUploadRequest { BucketName = where.Bucket, Key = FullKey(key), ContentType = options.ContentType ?? DefaultContentType };
        WriteMetadata(call.Metadata, options.Metadata);
        var response = await CallAsync("begin an upload of", key, c => c.InitiateMultipartUploadAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new Upload(this, key, response.UploadId, options.Condition);
    }

    private sealed class Upload(S3Store store, string key, string id, PutCondition condition) : IMultipartUpload
    {
        private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

        private readonly ConcurrentDictionary<int, UploadedPart> parts = new();
        private readonly ConcurrentDictionary<(string Key, string? IfMatch), Task<Source>> sources = new();
        private bool ended;
        private bool kept;

        public string Id => id;

        public IReadOnlyList<UploadedPart> Parts => [.. parts.Values.OrderBy(static p => p.Number)];

        internal void Add(int number, long size, string etag) => parts[number] = new UploadedPart(number, size, etag);

        public async Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            PartNumber.Check(number, store.Properties, key);
            byte[] hash = ETags.Hash(body.Span);
            using var stream = ToStream(body);
            var call = new UploadPartRequest
            {
                BucketName = store.where.Bucket,
                Key = store.FullKey(key),
                UploadId = id,
                PartNumber = number,
                PartSize = body.Length,
                InputStream = stream,
                UseChunkEncoding = false,
                DisablePayloadSigning = store.UnsignedPayload,
                MD5Digest = Convert.ToBase64String(hash),
            };
            var response = await store.CallAsync($"upload part {number} of", key, c => c.UploadPartAsync(Rewound(call, stream), cancellationToken), cancellationToken).ConfigureAwait(false);
            string stored = ETags.Unquote(response.ETag);
            store.Verify($"upload part {number} of", key, stored, Convert.ToHexStringLower(hash), response.ServerSideEncryptionMethod, null);
            Add(number, body.Length, stored);
        }

        public async Task CopyPartAsync(int number, string sourceKey, ByteRange range, string? sourceIfMatch, CancellationToken cancellationToken)
        {
            PartNumber.Check(number, store.Properties, key);

            // One look at the source for all parts that come from it: RGW ignores the condition on a copy's source.
            var source = await FindSourceAsync(sourceKey, sourceIfMatch, cancellationToken).ConfigureAwait(false);
            long length = PartCopy.LengthOf(range, source.Size, sourceKey);
            if (length > store.MaxCopySize)
            {
                throw store.Failed(StoreErrorKind.TooLarge, "copy a part of", sourceKey, $"{length} bytes are more than one part takes, {store.MaxCopySize}");
            }

            await CopyAsync(number, sourceKey, source.ETag, range.Offset, length, cancellationToken).ConfigureAwait(false);
        }

        internal async Task CopyAsync(int number, string sourceKey, string sourceETag, long offset, long length, CancellationToken cancellationToken)
        {
            var call = new CopyPartRequest
            {
                SourceBucket = store.where.Bucket,
                SourceKey = store.FullKey(sourceKey),
                DestinationBucket = store.where.Bucket,
                DestinationKey = store.FullKey(key),
                UploadId = id,
                PartNumber = number,
                FirstByte = offset,
                LastByte = offset + length - 1,
                ETagToMatch = [sourceETag],
            };
            var response = await store.CallAsync("copy a part of", sourceKey, c => c.CopyPartAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            Add(number, length, ETags.Unquote(response.ETag));
        }

        public async Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
        {
            if (ended || parts.IsEmpty || parts.Keys.Max() != parts.Count)
            {
                throw store.Failed(StoreErrorKind.Refused, "complete", key, ended ? "the upload has ended" : "the parts are not numbered from 1 without a gap");
            }

            await store.CheckAsync("complete", key, condition, cancellationToken).ConfigureAwait(false);
            var ordered = Parts.Select(static p => new PartETag(p.Number, p.ETag)).ToList();
            var call = new CompleteMultipartUploadRequest { BucketName = store.where.Bucket, Key = store.FullKey(key), UploadId = id, PartETags = ordered };
            var response = await store.WriteAsync("complete", key, call, condition, c => c.CompleteMultipartUploadAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            ended = true;
            string stored = ETags.Unquote(response.ETag ?? "");
            if (stored.Length == 0)
            {
                // RGW 16 leaves it empty.
                stored = (await store.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.ETag ?? "";
            }

            if (ordered.TrueForAll(static p => IsHash(p.ETag)))
            {
                string expected = ETags.OfParts([.. ordered.Select(static p => Convert.FromHexString(p.ETag))]);
                store.Verify("complete", key, stored, expected, response.ServerSideEncryptionMethod, null);
            }

            return new PutResult(stored, null);
        }

        public void Keep() => kept = true;

        public async ValueTask DisposeAsync()
        {
            if (ended || kept)
            {
                return;
            }

            ended = true;
            using var deadline = new CancellationTokenSource(AbortTimeout);
            try
            {
                await store.AbortUploadAsync(key, id, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is StoreException or OperationCanceledException)
            {
                // Its parts stay until they are cleaned as stale, or the bucket's rule for incomplete uploads removes them; no object shows them.
            }
        }

        private async Task<Source> FindSourceAsync(string sourceKey, string? ifMatch, CancellationToken cancellationToken)
        {
            var look = sources.GetOrAdd((sourceKey, ifMatch), k => LookAsync(k.Key, k.IfMatch, cancellationToken));
            try
            {
                return await look.ConfigureAwait(false);
            }
            catch
            {
                _ = sources.TryRemove(new((sourceKey, ifMatch), look));
                throw;
            }
        }

        private async Task<Source> LookAsync(string sourceKey, string? ifMatch, CancellationToken cancellationToken)
        {
            var head = await store.HeadAsync(sourceKey, cancellationToken).ConfigureAwait(false)
                ?? throw store.Failed(StoreErrorKind.PreconditionFailed, "copy a part of", sourceKey, "is not there");
            return ifMatch == null || ETags.Unquote(ifMatch) == head.ETag
                ? new Source(head.ETag, head.Size)
                : throw store.Failed(StoreErrorKind.PreconditionFailed, "copy a part of", sourceKey, $"is not version {ifMatch} but {head.ETag}");
        }

        private sealed record Source(string ETag, long Size);
    }
}
