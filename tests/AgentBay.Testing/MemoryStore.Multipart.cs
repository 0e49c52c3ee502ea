#pragma warning disable CA5351 // S3 ETags are MD5.
using System.Globalization;
using System.Security.Cryptography;
using AgentBay.ObjectStore;

namespace AgentBay.Testing;

public sealed partial class MemoryStore
{
    private readonly List<Upload> uploads = [];

    public Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken) => Run(() =>
    {
        CheckKey(key);
        CheckMetadata(key, options.Metadata);
        var upload = new Upload(this, key, options, time.GetUtcNow());
        uploads.Add(upload);
        return (IMultipartUpload)upload;
    }, cancellationToken);

    public Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken) =>
        Run<IMultipartUpload?>(() => Find(key, uploadId), cancellationToken);

    public Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken) => Run(
        () => (IReadOnlyList<PendingUpload>)[.. uploads.Where(u => u.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(u => new PendingUpload(u.Key, u.Id, u.Begun))],
        cancellationToken);

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) => Run(() => uploads.Remove(Find(key, uploadId)!), cancellationToken);

    private Upload? Find(string key, string uploadId) => uploads.Find(u => u.Key == key && u.Id == uploadId);

    private sealed class Upload(MemoryStore store, string key, PutOptions options, DateTimeOffset begun) : IMultipartUpload
    {
        private readonly SortedDictionary<int, byte[]> parts = [];
        private bool kept;

        public string Id { get; } = Guid.NewGuid().ToString("N");

        public IReadOnlyList<UploadedPart> Parts
        {
            get
            {
                lock (store.gate)
                {
                    return [.. parts.Select(p => new UploadedPart(p.Key, p.Value.Length, Convert.ToHexStringLower(MD5.HashData(p.Value))))];
                }
            }
        }

        internal string Key => key;

        internal DateTimeOffset Begun => begun;

        public Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => store.Run(() =>
        {
            Add(number, body.ToArray());
            return true;
        }, cancellationToken);

        public Task CopyPartAsync(int number, string sourceKey, ByteRange range, string? sourceIfMatch, CancellationToken cancellationToken) => store.Run(() =>
        {
            Stored source = store.Find(sourceKey) ?? throw Fail(StoreErrorKind.PreconditionFailed, sourceKey, "there is no such object");
            CheckVersion(source, sourceKey, sourceIfMatch);
            long end = range.Offset + (range.Length ?? source.Body.Length - range.Offset);
            Add(number, end <= source.Body.Length ? source.Body[(int)range.Offset..(int)end] : throw Fail(StoreErrorKind.Refused, sourceKey, "the range is beyond the object"));
            return true;
        }, cancellationToken);

        public Task<PutResult> CompleteAsync(CancellationToken cancellationToken) => store.Run(() =>
        {
            CheckOpen();
            if (parts.Count == 0 || parts.Keys.Last() != parts.Count)
            {
                throw Fail(StoreErrorKind.Refused, key, "the parts are not 1 to n without a gap");
            }

            if (parts.Values.SkipLast(1).Any(part => part.Length < store.Properties.MinPartSize))
            {
                throw Fail(StoreErrorKind.Refused, key, $"a part before the last has less than {store.Properties.MinPartSize} bytes");
            }

            byte[] hashes = [.. parts.Values.SelectMany(MD5.HashData)];
            string etag = string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(MD5.HashData(hashes))}-{parts.Count}");
            PutResult result = store.Put(key, Join(parts.Values), etag, options);
            _ = store.uploads.Remove(this);
            return result;
        }, cancellationToken);

        public void Keep() => kept = true;

        public ValueTask DisposeAsync()
        {
            lock (store.gate)
            {
                _ = !kept && store.uploads.Remove(this);
            }

            return ValueTask.CompletedTask;
        }

        private void Add(int number, byte[] body)
        {
            CheckOpen();
            PartNumber.Check(number, store.Properties, key);
            parts[number] = body;
        }

        private static byte[] Join(IReadOnlyCollection<byte[]> parts)
        {
            var body = new byte[parts.Sum(part => part.Length)];
            int end = 0;
            foreach (byte[] part in parts)
            {
                part.CopyTo(body, end);
                end += part.Length;
            }

            return body;
        }

        private void CheckOpen()
        {
            if (!store.uploads.Contains(this))
            {
                throw Fail(StoreErrorKind.Refused, key, "there is no such upload");
            }
        }
    }
}
