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

        private readonly ConcurrentDictionary<int, string> etags = new();
        private bool ended;

        internal string Id => id;

        internal void Add(int number, string etag) => etags[number] = etag;

        public async Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            if (number < 1 || number > store.Properties.MaxParts)
            {
                throw store.Failed(StoreErrorKind.Refused, "upload", key, $"part {number} is not between 1 and {store.Properties.MaxParts}");
            }

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
            var response = await store.CallAsync($"upload part {number} of", key, c => c.UploadPartAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            string stored = StoreKey.Unquote(response.ETag);
            store.Verify($"upload part {number} of", key, stored, Convert.ToHexStringLower(hash), response.ServerSideEncryptionMethod, null);
            Add(number, stored);
        }

        public async Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
        {
            if (ended || etags.IsEmpty || etags.Keys.Max() != etags.Count)
            {
                throw store.Failed(StoreErrorKind.Refused, "complete", key, ended ? "the upload has ended" : "the parts are not numbered from 1 without a gap");
            }

            await store.CheckAsync("complete", key, condition, cancellationToken).ConfigureAwait(false);
            var parts = Enumerable.Range(1, etags.Count).Select(n => new PartETag(n, etags[n])).ToList();
            var call = new CompleteMultipartUploadRequest { BucketName = store.where.Bucket, Key = store.FullKey(key), UploadId = id, PartETags = parts };
            if (store.where.Dialect == S3Dialect.S3)
            {
                call.IfNoneMatch = condition.IfAbsent ? "*" : null;
                call.IfMatch = condition.IfMatch is { } etag ? StoreKey.Unquote(etag) : null;
            }

            var response = await store.CallAsync("complete", key, c => c.CompleteMultipartUploadAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            ended = true;
            string stored = StoreKey.Unquote(response.ETag ?? "");
            if (stored.Length == 0)
            {
                // RGW 16 leaves it empty.
                stored = (await store.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.ETag ?? "";
            }

            if (parts.TrueForAll(static p => IsHash(p.ETag)))
            {
                string expected = ETags.OfParts([.. parts.Select(static p => Convert.FromHexString(p.ETag))]);
                store.Verify("complete", key, stored, expected, response.ServerSideEncryptionMethod, null);
            }

            return new PutResult(stored, null);
        }

        public async ValueTask DisposeAsync()
        {
            if (ended)
            {
                return;
            }

            ended = true;
            using var deadline = new CancellationTokenSource(AbortTimeout);
            try
            {
                var call = new AbortMultipartUploadRequest { BucketName = store.where.Bucket, Key = store.FullKey(key), UploadId = id };
                _ = await store.CallAsync("abort the upload of", key, c => c.AbortMultipartUploadAsync(call, deadline.Token), deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is StoreException or OperationCanceledException)
            {
                // Its parts stay until the bucket's rule for incomplete uploads removes them; no object shows them.
            }
        }
    }
}
