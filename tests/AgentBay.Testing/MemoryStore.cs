#pragma warning disable CA5351 // S3 ETags are MD5.
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AgentBay.ObjectStore;

namespace AgentBay.Testing;

/// <summary>A store in memory that holds every promise of <see cref="IObjectStore"/>, every condition included. Calls finish at once.</summary>
public sealed partial class MemoryStore(StoreProperties? properties = null, TimeProvider? time = null) : IObjectStore
{
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Stored> objects = [];
    private long versions;
    private ImmutableSortedSet<string> keys = ImmutableSortedSet.Create<string>(Utf8Order.Comparer);

    public static StoreProperties Capable { get; } = new()
    {
        Url = "memory:",
        ConditionalCreate = true,
        ConditionalReplace = true,
        ConditionalMultipart = true,
        ListsUploads = true,
        NeedsUrlEndpoint = true,
    };

    /// <summary>Each write has another ETag, also one of the same bytes: as for parts, encrypted objects and some stores. Else it is the content's.</summary>
    public bool NewETagEachWrite { get; init; }

    /// <summary>A store may give fewer keys a page than it was asked for.</summary>
    public int PageSize { get; init; } = 1000;

    public StoreProperties Properties { get; } = properties ?? Capable;

    /// <summary>All keys, in the order of their UTF-8 bytes.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (gate)
            {
                return keys;
            }
        }
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => Run(() => Find(key)?.Info, cancellationToken);

    public Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken) => Run(() =>
    {
        if (Find(key) is not { } found)
        {
            return null;
        }

        CheckVersion(found, key, ifMatch);
        int offset = (int)Math.Min(range?.Offset ?? 0, found.Body.Length);
        int length = (int)Math.Min(range?.Length ?? long.MaxValue, found.Body.Length - offset);
        return new ObjectContent(found.Info, new MemoryStream(found.Body, offset, length, writable: false));
    }, cancellationToken);

    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken) => Run(() =>
    {
        return Put(key, body.ToArray(), Convert.ToHexStringLower(MD5.HashData(body.Span)), options);
    }, cancellationToken);

    public Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken) => Run(() =>
    {
        if (Find(sourceKey) is not { } source)
        {
            return null;
        }

        CheckVersion(source, sourceKey, options.SourceIfMatch);
        return Put(key, source.Body, source.Info.ETag, new PutOptions { Metadata = options.Metadata ?? source.Info.Metadata, Condition = options.Condition });
    }, cancellationToken);

    public Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken) => Run(() =>
    {
        if (Find(key) is { } found)
        {
            CheckVersion(found, key, ifMatch);
            Remove(key);
        }

        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => Run(() =>
    {
        foreach (string key in keys)
        {
            Remove(key);
        }

        return (IReadOnlyList<KeyValuePair<string, StoreException>>)[];
    }, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A call's whole effect under the lock, so that its condition and its change are one.</summary>
    private Task<T> Run<T>(Func<T> call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            lock (gate)
            {
                RemoveExpired();
                return Task.FromResult(call());
            }
        }
        catch (StoreException failure)
        {
            return Task.FromException<T>(failure);
        }
    }

    private Stored? Find(string key) => objects.GetValueOrDefault(key);

    private void Remove(string key)
    {
        if (objects.Remove(key))
        {
            keys = keys.Remove(key);
        }
    }

    private PutResult Put(string key, byte[] body, string etag, PutOptions options)
    {
        CheckKey(key);
        CheckMetadata(key, options.Metadata);
        CheckCondition(key, options.Condition);
        etag = NewETagEachWrite ? $"version-{++versions}" : etag;
        long milliseconds = time.GetUtcNow().ToUnixTimeMilliseconds();
        var info = new ObjectInfo(key, etag, body.Length, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), options.Metadata.ToImmutableSortedDictionary(StringComparer.Ordinal));
        objects[key] = new Stored(info, body);
        keys = keys.Add(key);
        return new PutResult(etag, info.LastModified);
    }

    private void CheckCondition(string key, PutCondition condition)
    {
        Stored? found = Find(key);
        if (condition.IfAbsent && found is not null)
        {
            throw Fail(StoreErrorKind.PreconditionFailed, key, "there is such an object");
        }

        if (condition.IfMatch is not null && found is null)
        {
            throw Fail(StoreErrorKind.PreconditionFailed, key, "there is no such object");
        }

        CheckVersion(found, key, condition.IfMatch);
    }

    private static void CheckVersion(Stored? found, string key, string? ifMatch)
    {
        if (ifMatch is not null && found is not null && ifMatch.Trim('"') != found.Info.ETag)
        {
            throw Fail(StoreErrorKind.PreconditionFailed, key, $"it is version {found.Info.ETag}, not {ifMatch}");
        }
    }

    private void CheckKey(string key)
    {
        if (key.Length == 0 || Encoding.UTF8.GetByteCount(key) > Properties.MaxKeyBytes
            || key != Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(key)))
        {
            throw Fail(StoreErrorKind.Refused, key, $"a key has 1 to {Properties.MaxKeyBytes} bytes of UTF-8");
        }
    }

    private void CheckMetadata(string key, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Keys.FirstOrDefault(name => name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')) is { } name)
        {
            throw Fail(StoreErrorKind.Refused, key, $"metadata '{name}': names have lower-case letters, digits and '-'");
        }

        if (metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value)) > Properties.MaxMetadataBytes)
        {
            throw Fail(StoreErrorKind.TooLarge, key, $"metadata has at most {Properties.MaxMetadataBytes} bytes");
        }
    }

    private static StoreException Fail(StoreErrorKind kind, string key, string why) => new(kind, $"memory: {key}: {why}.");

    private sealed record Stored(ObjectInfo Info, byte[] Body);
}
