using AgentBay.ObjectStore;

namespace AgentBay.Fs.Tests.Contexts;

/// <summary>A store as a process sees it that dies at its n-th write: before it has any effect, or after, with the answer lost.</summary>
internal sealed class DyingStore(IObjectStore inner, int write, bool afterEffect) : IObjectStore
{
    private int writes;

    public StoreProperties Properties => inner.Properties;

    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) => ReadAsync(() => inner.ListAsync(request, cancellationToken));

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => ReadAsync(() => inner.HeadAsync(key, cancellationToken));

    public Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken) =>
        ReadAsync(() => inner.GetAsync(key, range, ifMatch, cancellationToken));

    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.PutAsync(key, body, options, cancellationToken));

    public Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken) => WriteAsync(async () =>
    {
        await inner.DeleteAsync(key, ifMatch, cancellationToken);
        return true;
    });

    public Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.DeleteManyAsync(keys, cancellationToken));

    public Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken) => ReadAsync(() => inner.ListUploadsAsync(prefix, cancellationToken));

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) => WriteAsync(async () =>
    {
        await inner.AbortUploadAsync(key, uploadId, cancellationToken);
        return true;
    });

    public Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken) =>
        ReadAsync(() => inner.PresignAsync(key, use, lifetime, cancellationToken));

    public Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken) => ReadAsync(() => inner.ServeUrlsAsync(serving, cancellationToken));

    public Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken) => ReadAsync(() => inner.GetExpiryRulesAsync(cancellationToken));

    public Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken) => WriteAsync(async () =>
    {
        await inner.SetExpiryRulesAsync(ownerPrefix, rules, cancellationToken);
        return true;
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> ReadAsync<T>(Func<Task<T>> call) => writes >= write ? throw Dead() : call();

    private async Task<T> WriteAsync<T>(Func<Task<T>> call)
    {
        if (++writes > write)
        {
            throw Dead();
        }

        if (writes < write)
        {
            return await call();
        }

        if (afterEffect)
        {
            _ = await call();
        }

        throw Dead();
    }

    private static StoreException Dead() => new(StoreErrorKind.Unreachable, "The process has died.");
}
