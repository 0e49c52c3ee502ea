using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    private const string ForbidOverwrite = "x-oss-forbid-overwrite";
    private const string DefaultContentType = "application/octet-stream";

    public async Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> body, PutOptions options, CancellationToken cancellationToken)
    {
        CheckMetadata(options.Metadata, key);
        byte[] hash = ETags.Hash(body.Span);
        using var stream = ToStream(body);
        var call = new PutObjectRequest
        {
            BucketName = where.Bucket,
            Key = FullKey(key),
            InputStream = stream,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            DisablePayloadSigning = UnsignedPayload,
            MD5Digest = Convert.ToBase64String(hash),
            ContentType = options.ContentType ?? DefaultContentType,
        };
        WriteMetadata(call.Metadata, options.Metadata);
        if (where.Dialect == S3Dialect.Oss)
        {
            await PrepareOssAsync(call, key, options.Condition, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            call.IfNoneMatch = options.Condition.IfAbsent ? "*" : null;
            call.IfMatch = options.Condition.IfMatch is { } etag ? StoreKey.Unquote(etag) : null;   // RGW compares it with the quotes on.
        }

        var response = await PutCallAsync(key, options.Condition, () => CallAsync("put", key, c => c.PutObjectAsync(Rewound(call, stream), cancellationToken), cancellationToken)).ConfigureAwait(false);
        string stored = StoreKey.Unquote(response.ETag ?? throw Failed(StoreErrorKind.Busy, "put", key, "the answer has no ETag"));
        Verify("put", key, stored, Convert.ToHexStringLower(hash), response.ServerSideEncryptionMethod, response.ServerSideEncryptionCustomerMethod);
        return new PutResult(stored, null);
    }

    /// <summary>If-Match on what is not there: AWS says 404.</summary>
    private async Task<T> PutCallAsync<T>(string key, PutCondition condition, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (StoreException e) when (condition.IfMatch != null && e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchKey" })
        {
            throw Failed(StoreErrorKind.PreconditionFailed, "put", key, "is not there");
        }
    }

    private async Task PrepareOssAsync(PutObjectRequest call, string key, PutCondition condition, CancellationToken cancellationToken)
    {
        if (condition.IfAbsent)
        {
            call.Headers[ForbidOverwrite] = "true";
        }

        if (condition.IfMatch != null)
        {
            await CheckAsync("put", key, condition, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A condition by a HEAD before, where the store does not hold it. A write between the two is not seen.</summary>
    private async Task CheckAsync(string what, string key, PutCondition condition, CancellationToken cancellationToken)
    {
        if (condition == PutCondition.None)
        {
            return;
        }

        var current = await HeadAsync(key, cancellationToken).ConfigureAwait(false);
        if (condition.IfAbsent && current != null)
        {
            throw Failed(StoreErrorKind.PreconditionFailed, what, key, "is there already");
        }

        if (condition.IfMatch is { } etag && StoreKey.Unquote(etag) != current?.ETag)
        {
            throw Failed(StoreErrorKind.PreconditionFailed, what, key, current == null ? "is not there" : $"is not version {etag} but {current.ETag}");
        }
    }

    /// <summary>An ETag is the MD5 of what was stored, but under KMS or a customer's key; Content-MD5, which the store checked, covers those.</summary>
    private void Verify(string what, string key, string stored, string expected, ServerSideEncryptionMethod? encryption, ServerSideEncryptionCustomerMethod? customer)
    {
        if (TellsMd5(encryption, customer) && !string.Equals(stored, expected, StringComparison.OrdinalIgnoreCase))
        {
            throw Failed(StoreErrorKind.Corrupt, what, key, $"the store answered ETag {stored}, the bytes sent have {expected}");
        }
    }

    private static bool TellsMd5(ServerSideEncryptionMethod? encryption, ServerSideEncryptionCustomerMethod? customer) =>
        (encryption == null || encryption == ServerSideEncryptionMethod.None || encryption == ServerSideEncryptionMethod.AES256)
        && (customer == null || customer == ServerSideEncryptionCustomerMethod.None);

    private static T Rewound<T>(T call, MemoryStream body)
    {
        body.Position = 0;
        return call;
    }

    private static MemoryStream ToStream(ReadOnlyMemory<byte> body) => MemoryMarshal.TryGetArray(body, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(body.ToArray(), writable: false);
}
