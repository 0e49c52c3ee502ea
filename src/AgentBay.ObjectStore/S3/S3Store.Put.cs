using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
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
        if (where.Dialect == S3Dialect.Oss && options.Condition.IfMatch != null)
        {
            await CheckAsync("put", key, options.Condition, cancellationToken).ConfigureAwait(false);
        }

        var response = await WriteAsync("put", key, call, options.Condition, c => c.PutObjectAsync(Rewound(call, stream), cancellationToken), cancellationToken).ConfigureAwait(false);
        string stored = ETags.Unquote(response.ETag ?? throw Failed(StoreErrorKind.Busy, "put", key, "the answer has no ETag"));
        Verify("put", key, stored, Convert.ToHexStringLower(hash), response.ServerSideEncryptionMethod, response.ServerSideEncryptionCustomerMethod);
        return new PutResult(stored, null);
    }

    /// <summary>Sends a write of the key with its condition, as the store's dialect says it.</summary>
    private async Task<T> WriteAsync<T>(
        string what, string key, AmazonWebServiceRequest request, PutCondition condition, Func<S3WireClient, Task<T>> send, CancellationToken cancellationToken)
    {
        if (ConditionHeader(condition) is var (name, value))
        {
            // Before it is signed. The SDK's properties for conditions differ from request to request, and none is OSS's.
            ((IAmazonWebServiceRequest)request).AddBeforeRequestHandler((_, sent) => ((WebServiceRequestEventArgs)sent).Headers[name] = value);
        }

        try
        {
            return await CallAsync(what, key, send, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (condition.IfMatch != null && e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchKey" })
        {
            // If-Match on what is not there: AWS says 404.
            throw Failed(StoreErrorKind.PreconditionFailed, what, key, "is not there");
        }
    }

    private (string Name, string Value)? ConditionHeader(PutCondition condition) => (where.Dialect, condition) switch
    {
        (S3Dialect.Oss, { IfAbsent: true }) => ("x-oss-forbid-overwrite", "true"),
        (S3Dialect.S3, { IfAbsent: true }) => ("If-None-Match", "*"),
        (S3Dialect.S3, { IfMatch: { } etag }) => ("If-Match", ETags.Unquote(etag)),   // RGW compares it with the quotes on.
        _ => null,
    };

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

        if (condition.IfMatch is { } etag && ETags.Unquote(etag) != current?.ETag)
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
