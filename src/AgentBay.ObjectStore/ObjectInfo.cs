namespace AgentBay.ObjectStore;

/// <summary>An object without its bytes.</summary>
/// <param name="ETag">The version, without quotes; opaque.</param>
/// <param name="Metadata">User metadata: names lower-case letters, digits and '-' (without the x-amz-meta- prefix), values any Unicode. Empty in listings, which do not carry it.</param>
public sealed record ObjectInfo(string Key, string ETag, long Size, DateTimeOffset LastModified, IReadOnlyDictionary<string, string> Metadata)
{
    public static readonly IReadOnlyDictionary<string, string> NoMetadata = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>An open object: its description and its bytes (of the range asked for).</summary>
public sealed class ObjectContent(ObjectInfo info, Stream body) : IAsyncDisposable
{
    public ObjectInfo Info { get; } = info;

    public Stream Body { get; } = body;

    /// <summary>Of the whole object, where the store tells it; <see cref="Retrying.RetryingStore"/> holds whole reads to it.</summary>
    internal byte[]? Md5 { get; init; }

    public ValueTask DisposeAsync() => Body.DisposeAsync();
}

/// <summary>Bytes from <paramref name="Offset"/>, <paramref name="Length"/> of them or to the end when null.</summary>
public readonly record struct ByteRange(long Offset, long? Length = null);

/// <summary>One page of a listing.</summary>
/// <param name="Prefixes">With a delimiter: the common prefixes, each ending with it.</param>
/// <param name="NextToken">Null on the last page.</param>
public sealed record ListPage(IReadOnlyList<ObjectInfo> Objects, IReadOnlyList<string> Prefixes, string? NextToken);

/// <summary>What to list.</summary>
public sealed record ListRequest(string Prefix)
{
    /// <summary>"/" groups keys by folder; null lists everything below.</summary>
    public string? Delimiter { get; init; }

    /// <summary>From the page before.</summary>
    public string? ContinuationToken { get; init; }

    /// <summary>Objects and prefixes together, 1 to 1,000.</summary>
    public int MaxKeys
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxKeys is 1 to 1,000.");
    } = 1000;
}

/// <summary>How to store an object.</summary>
public sealed record PutOptions
{
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ObjectInfo.NoMetadata;

    public string? ContentType { get; init; }

    public PutCondition Condition { get; init; }
}

/// <summary>
/// When a write may happen; else it fails with <see cref="StoreErrorKind.PreconditionFailed"/> and changes nothing.
/// Where a store cannot hold a condition by itself, a HEAD goes before and a window remains (<see cref="StoreProperties"/>).
/// </summary>
public readonly record struct PutCondition
{
    /// <summary>Create only: there must be no such object.</summary>
    public bool IfAbsent { get; private init; }

    /// <summary>Replace only this version.</summary>
    public string? IfMatch { get; private init; }

    public static PutCondition None => default;

    public static PutCondition Absent => new() { IfAbsent = true };

    public static PutCondition Match(string etag) => new() { IfMatch = etag };
}

/// <summary>How to copy an object.</summary>
public sealed record CopyOptions
{
    /// <summary>Null keeps the source's.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public string? SourceIfMatch { get; init; }

    /// <summary>The source's size in bytes, where the caller knows it: the deadline of a try grows with it.</summary>
    public long? ExpectedSize { get; init; }

    public PutCondition Condition { get; init; }
}

/// <summary>What the store answered to a write that is done and verified.</summary>
/// <param name="LastModified">Null where the answer does not say: a HEAD or a listing does.</param>
public sealed record PutResult(string ETag, DateTimeOffset? LastModified);

/// <summary>What a store can do. Sizes in bytes.</summary>
public sealed record StoreProperties
{
    /// <summary>Canonical, without credentials; tells two stores apart.</summary>
    public required string Url { get; init; }

    /// <summary>A PUT's create-only condition holds under a race.</summary>
    public bool ConditionalCreate { get; init; }

    /// <summary>A PUT's If-Match holds under a race.</summary>
    public bool ConditionalReplace { get; init; }

    /// <summary>Conditions on completing a multipart upload hold under a race.</summary>
    public bool ConditionalMultipart { get; init; }

    public int MaxKeyBytes { get; init; } = StoreKey.MaxBytes;

    /// <summary>Names and values of all user metadata together.</summary>
    public int MaxMetadataBytes { get; init; } = 2048;

    public long MaxObjectSize { get; init; } = 48L << 40;

    public int MinPartSize { get; init; } = 5 << 20;

    public int MaxParts { get; init; } = 10_000;

    /// <summary>Whether <see cref="IObjectStore.ListUploadsAsync"/> works.</summary>
    public bool ListsUploads { get; init; }

    /// <summary>Whether presigned URLs work only while some process has called <see cref="IObjectStore.ServeUrlsAsync"/>.</summary>
    public bool NeedsUrlEndpoint { get; init; }

    public TimeSpan MaxUrlLifetime { get; init; } = TimeSpan.FromDays(7);
}
