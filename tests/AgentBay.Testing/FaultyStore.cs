using System.Collections.Concurrent;
using AgentBay.ObjectStore;

namespace AgentBay.Testing;

/// <summary>
/// A store with faults on order: the n-th call of a kind fails, before it took effect or after (a lost answer); a body breaks off;
/// everything fails while it is down. It logs every call.
/// </summary>
public sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    private readonly ConcurrentQueue<StoreCallRecord> calls = new();
    private readonly Lock guard = new();
    private readonly Dictionary<StoreCall, int> counts = [];
    private readonly Dictionary<(StoreCall Call, int Number), Fault> faults = [];
    private readonly Dictionary<int, long> brokenBodies = [];

    public StoreProperties Properties => inner.Properties;

    /// <summary>While true every call fails with <see cref="StoreErrorKind.Unreachable"/> and does nothing; reads of open bodies too.</summary>
    public bool IsDown { get; set; }

    /// <summary>Awaited before each call, counted and logged already: to hold a call at a gate, or to act in the middle of one.</summary>
    public Func<StoreCallRecord, CancellationToken, Task>? BeforeCall { get; set; }

    /// <summary>Every call so far, in the order of their beginning.</summary>
    public IReadOnlyList<StoreCallRecord> Calls => [.. calls];

    public int Count(StoreCall call)
    {
        lock (guard)
        {
            return counts.GetValueOrDefault(call);
        }
    }

    /// <summary>Lets a call fail.</summary>
    /// <param name="number">1 is the next call of this kind.</param>
    /// <param name="afterEffect">The call is done and its answer lost.</param>
    public void Fail(StoreCall call, int number = 1, StoreErrorKind kind = StoreErrorKind.Unreachable, bool afterEffect = false)
    {
        lock (guard)
        {
            faults[(call, counts.GetValueOrDefault(call) + number)] = new Fault(kind, afterEffect);
        }
    }

    /// <summary>Lets a GET's body break off.</summary>
    /// <param name="number">1 is the next GET.</param>
    public void BreakBody(long afterBytes, int number = 1)
    {
        lock (guard)
        {
            brokenBodies[counts.GetValueOrDefault(StoreCall.Get) + number] = afterBytes;
        }
    }

    /// <summary>Takes back what was ordered and has not happened.</summary>
    public void ClearFaults()
    {
        lock (guard)
        {
            faults.Clear();
            brokenBodies.Clear();
        }
    }

    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.List, request.Prefix, () => inner.ListAsync(request, cancellationToken), cancellationToken);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.Head, key, () => inner.HeadAsync(key, cancellationToken), cancellationToken);

    public async Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken)
    {
        long? breakAfter = null;
        var content = await RunAsync(
            StoreCall.Get, key, () => inner.GetAsync(key, range, ifMatch, cancellationToken), cancellationToken,
            number => breakAfter = brokenBodies.Remove(number, out long bytes) ? bytes : null);
        return content == null ? null : new ObjectContent(content.Info, new FaultyBody(content.Body, breakAfter, () => IsDown));
    }

    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.Put, key, () => inner.PutAsync(key, body, options, cancellationToken), cancellationToken);

    public async Task<IMultipartUpload> BeginMultipartAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        var upload = await RunAsync(StoreCall.BeginMultipart, key, () => inner.BeginMultipartAsync(key, options, cancellationToken), cancellationToken);
        return new Upload(this, key, upload);
    }

    public async Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken)
    {
        var upload = await RunAsync(StoreCall.ResumeMultipart, key, () => inner.ResumeMultipartAsync(key, uploadId, options, cancellationToken), cancellationToken);
        return upload == null ? null : new Upload(this, key, upload);
    }

    public Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.ListUploads, prefix, () => inner.ListUploadsAsync(prefix, cancellationToken), cancellationToken);

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.AbortUpload, key, () => inner.AbortUploadAsync(key, uploadId, cancellationToken), cancellationToken);

    public Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.Copy, key, () => inner.CopyAsync(sourceKey, key, options, cancellationToken), cancellationToken);

    public Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.Delete, key, () => inner.DeleteAsync(key, ifMatch, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.DeleteMany, "", () => inner.DeleteManyAsync(keys, cancellationToken), cancellationToken);

    public Task<PresignedUrl> PresignAsync(string key, PresignedUse use, TimeSpan lifetime, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.Presign, key, () => inner.PresignAsync(key, use, lifetime, cancellationToken), cancellationToken);

    /// <summary>What the endpoint does is not counted and does not fail.</summary>
    public Task<IUrlEndpoint?> ServeUrlsAsync(UrlServing serving, CancellationToken cancellationToken) => inner.ServeUrlsAsync(serving, cancellationToken);

    public Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken) =>
        RunAsync(StoreCall.GetExpiryRules, "", () => inner.GetExpiryRulesAsync(cancellationToken), cancellationToken);

    public Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.SetExpiryRules, ownerPrefix, () => inner.SetExpiryRulesAsync(ownerPrefix, rules, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Task<bool> RunAsync(StoreCall call, string key, Func<Task> run, CancellationToken cancellationToken) => RunAsync(
        call, key,
        async () =>
        {
            await run();
            return true;
        }, cancellationToken);

    private async Task<T> RunAsync<T>(StoreCall call, string key, Func<Task<T>> run, CancellationToken cancellationToken, Action<int>? counted = null)
    {
        Fault? fault;
        var record = new StoreCallRecord(call, key);
        lock (guard)
        {
            int number = counts[call] = counts.GetValueOrDefault(call) + 1;
            calls.Enqueue(record);
            _ = faults.Remove((call, number), out fault);
            counted?.Invoke(number);
        }

        if (BeforeCall is { } hook)
        {
            await hook(record, cancellationToken);
        }

        if (IsDown)
        {
            throw new StoreException(StoreErrorKind.Unreachable, $"{call} '{key}': the store is down, as the test wants.");
        }

        if (fault is { AfterEffect: false })
        {
            throw fault.ToException(record);
        }

        T result = await run();
        return fault == null ? result : throw fault.ToException(record);
    }

    private sealed record Fault(StoreErrorKind Kind, bool AfterEffect)
    {
        internal StoreException ToException(StoreCallRecord record) =>
            new(Kind, $"{record.Call} '{record.Key}' failed {(AfterEffect ? "after" : "before")} its effect, as the test wants.");
    }

    private sealed class Upload(FaultyStore store, string key, IMultipartUpload inner) : IMultipartUpload
    {
        public string Id => inner.Id;

        public IReadOnlyList<UploadedPart> Parts => inner.Parts;

        public Task UploadPartAsync(int number, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
            store.RunAsync(StoreCall.UploadPart, key, () => inner.UploadPartAsync(number, body, cancellationToken), cancellationToken);

        public Task CopyPartAsync(int number, string sourceKey, ByteRange range, string? sourceIfMatch, CancellationToken cancellationToken) =>
            store.RunAsync(StoreCall.CopyPart, key, () => inner.CopyPartAsync(number, sourceKey, range, sourceIfMatch, cancellationToken), cancellationToken);

        public Task<PutResult> CompleteAsync(CancellationToken cancellationToken) =>
            store.RunAsync(StoreCall.CompleteMultipart, key, () => inner.CompleteAsync(cancellationToken), cancellationToken);

        public void Keep() => inner.Keep();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
