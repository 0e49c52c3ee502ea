using System.Text;

namespace AgentBay.ObjectStore.Embedded;

public sealed partial class EmbeddedStore
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    public Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken) => threads.RunAsync<IMultipartUpload>(
        () =>
        {
            var places = KeyPlaces.Of(key);
            StoreMetadata.Check(options.Metadata, Properties.MaxMetadataBytes, key);
            var begun = new UploadRecord(key, time.GetUtcNow(), options.ContentType, new Dictionary<string, string>(options.Metadata, StringComparer.Ordinal));
            return new EmbeddedUpload(this, UploadFolder.Begin(uploads.Handle, begun, errors), places, begun, options.Condition);
        }, cancellationToken);

    public Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken) => threads.RunAsync<IMultipartUpload?>(
        () =>
        {
            var folder = UploadFolder.Open(uploads.Handle, uploadId, errors);
            if (folder?.Begun is not { } begun || begun.Key != key)
            {
                folder?.Dispose();
                return null;
            }

            try
            {
                reached("upload: found");
                folder.Lock();
                if (!folder.Exists)
                {
                    // Completed or aborted just now.
                    folder.Dispose();
                    return null;
                }

                var upload = new EmbeddedUpload(this, folder, KeyPlaces.Of(key), begun, options.Condition);
                upload.Restore();
                return upload;
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }, cancellationToken);

    public Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken) => threads.RunAsync<IReadOnlyList<PendingUpload>>(
        () =>
        {
            var pending = new List<PendingUpload>();
            foreach (byte[] name in uploads.Names())
            {
                using var folder = UploadFolder.Open(uploads.Handle, Encoding.ASCII.GetString(name), errors);
                if (folder?.Begun is { } begun && begun.Key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    pending.Add(new PendingUpload(begun.Key, folder.Id, begun.Begun));
                }
            }

            return pending;
        }, cancellationToken);

    public async Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) => _ = await threads.RunAsync(
        () =>
        {
            using var folder = UploadFolder.Open(uploads.Handle, uploadId, errors);
            if (folder?.Begun?.Key == key)
            {
                folder.Remove();
            }

            return true;
        }, cancellationToken).ConfigureAwait(false);

    /// <summary>What crashed writers left. A live one's files are younger.</summary>
    private void RemoveStale()
    {
        // Files' times are the machine's, whatever clock the store has.
        long before = (DateTimeOffset.UtcNow - StaleAfter - DateTimeOffset.UnixEpoch).Ticks * 100;
        temporary.RemoveOld(before, static _ => true);
        urlFolder.RemoveAsides(before);
        expiryFolder.RemoveAsides(before);
        foreach (byte[] name in uploads.Names().Where(n => uploads.IsOlder(n, before)))
        {
            using var folder = UploadFolder.Open(uploads.Handle, Encoding.ASCII.GetString(name), errors);
            if (folder != null && folder.Files.Names().TrueForAll(n => folder.Files.IsOlder(n, before)))
            {
                folder.Remove();
            }
        }
    }
}
