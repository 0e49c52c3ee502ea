using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    public async Task<PutResult?> CopyAsync(string sourceKey, string key, CopyOptions options, CancellationToken cancellationToken)
    {
        CheckMetadata(options.Metadata ?? ObjectInfo.NoMetadata, key);
        _ = FullKey(key);
        var source = await HeadResponseAsync(sourceKey, cancellationToken).ConfigureAwait(false);
        if (source == null)
        {
            return null;
        }

        string etag = ETags.Unquote(source.ETag);
        if (options.SourceIfMatch is { } wanted && ETags.Unquote(wanted) != etag)
        {
            throw Failed(StoreErrorKind.PreconditionFailed, "copy", sourceKey, $"is not version {wanted} but {etag}");
        }

        await CheckAsync("copy to", key, options.Condition, cancellationToken).ConfigureAwait(false);

        // A copy onto itself must replace something: then the same metadata again.
        var metadata = options.Metadata ?? (sourceKey == key || source.Headers.ContentLength > MaxCopySize ? ReadMetadata(source.Metadata) : null);
        return source.Headers.ContentLength > MaxCopySize
            ? await CopyInPartsAsync(sourceKey, key, source, etag, metadata!, options.Condition, cancellationToken).ConfigureAwait(false)
            : await CopyAtOnceAsync(sourceKey, key, source, etag, metadata, options.Condition, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PutResult?> CopyAtOnceAsync(
        string sourceKey, string key, GetObjectMetadataResponse source, string etag, IReadOnlyDictionary<string, string>? metadata, PutCondition condition, CancellationToken cancellationToken)
    {
        var call = new CopyObjectRequest
        {
            SourceBucket = where.Bucket,
            SourceKey = FullKey(sourceKey),
            DestinationBucket = where.Bucket,
            DestinationKey = FullKey(key),
            ETagToMatch = etag,
            MetadataDirective = metadata == null ? S3MetadataDirective.COPY : S3MetadataDirective.REPLACE,
        };
        if (metadata != null)
        {
            call.ContentType = source.ContentType ?? DefaultContentType;
            WriteMetadata(call.Metadata, metadata);
        }

        CopyObjectResponse response;
        try
        {
            response = await WriteAsync("copy to", key, call, condition, c => c.CopyObjectAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.InnerException is Amazon.Runtime.AmazonServiceException absent && IsAbsent(absent))
        {
            return null;
        }

        string copied = ETags.Unquote(response.ETag ?? throw Failed(StoreErrorKind.Busy, "copy", sourceKey, "the answer has no ETag"));
        if (IsHash(etag) && IsHash(copied))
        {
            Verify("copy", sourceKey, copied, etag, response.ServerSideEncryptionMethod, response.ServerSideEncryptionCustomerMethod);
        }

        return new PutResult(copied, DateTimeOffset.TryParse(response.LastModified, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null);
    }

    private async Task<PutResult?> CopyInPartsAsync(
        string sourceKey, string key, GetObjectMetadataResponse source, string etag, IReadOnlyDictionary<string, string> metadata, PutCondition condition, CancellationToken cancellationToken)
    {
        // Onto itself it replaces the version that its parts come from, and no later one.
        var held = condition == PutCondition.None && sourceKey == key ? PutCondition.Match(etag) : condition;
        await using var upload = await BeginAsync(key, new PutOptions { Metadata = metadata, ContentType = source.ContentType, Condition = held }, cancellationToken).ConfigureAwait(false);
        var parts = PartCopy.Plan(source.Headers.ContentLength, CopyPartSize, Properties.MaxParts);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(parts.Index(), limits, async (part, cancel) =>
            await upload.CopyAsync(part.Index + 1, sourceKey, etag, part.Item.Offset, part.Item.Length!.Value, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        return await upload.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static bool IsHash(string etag) => etag.Length == 32 && etag.All(char.IsAsciiHexDigit);
}
