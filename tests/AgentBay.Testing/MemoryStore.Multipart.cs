#pragma warning disable CA5351 // S3 ETags are MD5.
using System.Globalization;
using System.Security.Cryptography;
using AgentBay.ObjectStore;

namespace AgentBay.Testing;

public sealed partial class MemoryStore
{
    public Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken) => Run(() =>
    {
        CheckKey(key);
        CheckMetadata(key, options.Metadata);
        return (IMultipartUpload)new Upload(this, key, options);
    }, cancellationToken);

    private sealed class Upload(MemoryStore store, string key, PutOptions options) : IMultipartUpload
    {
        private readonly SortedDictionary<int, byte[]> parts = [];
        private bool ended;

        public Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => store.Run(() =>
        {
            CheckOpen();
            if (number < 1 || number > store.Properties.MaxParts)
            {
                throw Fail(StoreErrorKind.Refused, key, $"part {number} is not one of 1 to {store.Properties.MaxParts}");
            }

            parts[number] = body.ToArray();
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
            ended = true;
            return result;
        }, cancellationToken);

        public ValueTask DisposeAsync()
        {
            lock (store.gate)
            {
                ended = true;
            }

            return ValueTask.CompletedTask;
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
            if (ended)
            {
                throw Fail(StoreErrorKind.Refused, key, "there is no such upload");
            }
        }
    }
}
