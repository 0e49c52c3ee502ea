using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Util;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    public async Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken)
    {
        var call = new ListObjectsV2Request
        {
            BucketName = where.Bucket,
            Prefix = where.Prefix + request.Prefix,
            Delimiter = request.Delimiter,
            ContinuationToken = request.ContinuationToken,
            MaxKeys = request.MaxKeys,
            Encoding = EncodingType.Url,   // Keys may hold what XML cannot.
        };
        var page = await CallAsync("list", request.Prefix, c => c.ListObjectsV2Async(call, cancellationToken), cancellationToken).ConfigureAwait(false);
        bool encoded = page.Encoding == EncodingType.Url;
        return new ListPage(
            [.. (page.S3Objects ?? []).Select(o => new ObjectInfo(KeyOf(Decode(o.Key, encoded)), ETags.Unquote(o.ETag), o.Size ?? 0, ToTime(o.LastModified), ObjectInfo.NoMetadata))],
            [.. (page.CommonPrefixes ?? []).Select(p => KeyOf(Decode(p, encoded)))],
            page.IsTruncated == true ? page.NextContinuationToken : null);
    }

    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        await HeadResponseAsync(key, cancellationToken).ConfigureAwait(false) is { } head ? ToInfo(key, head) : null;

    public async Task<ObjectContent?> GetAsync(string key, ByteRange? range, string? ifMatch, CancellationToken cancellationToken)
    {
        if (range is { Length: 0 })
        {
            return await EmptyAsync(key, ifMatch, cancellationToken).ConfigureAwait(false);
        }

        var call = new GetObjectRequest { BucketName = where.Bucket, Key = FullKey(key), EtagToMatch = ifMatch == null ? null : ETags.Unquote(ifMatch) };
        if (range is { } r && (r.Offset > 0 || r.Length != null))
        {
            call.ByteRange = r.Length is { } length && length <= long.MaxValue - r.Offset
                ? new Amazon.S3.Model.ByteRange(r.Offset, r.Offset + length - 1)
                : new Amazon.S3.Model.ByteRange($"bytes={r.Offset}-");
        }

        try
        {
            var response = await CallAsync("get", key, c => c.GetObjectAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            return ToContent(key, response);
        }
        catch (StoreException e) when (e.InnerException is AmazonServiceException absent && IsAbsent(absent))
        {
            return null;
        }
        catch (StoreException e) when (e.InnerException is AmazonServiceException { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            return await EmptyAsync(key, ifMatch, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A range of no bytes, which HTTP cannot ask for.</summary>
    private async Task<ObjectContent?> EmptyAsync(string key, string? ifMatch, CancellationToken cancellationToken)
    {
        var info = await HeadAsync(key, cancellationToken).ConfigureAwait(false);
        if (info != null && ifMatch != null && ETags.Unquote(ifMatch) != info.ETag)
        {
            throw Failed(StoreErrorKind.PreconditionFailed, "get", key, $"is not version {ifMatch} but {info.ETag}");
        }

        return info == null ? null : new ObjectContent(info, Stream.Null);
    }

    private ObjectContent ToContent(string key, GetObjectResponse response)
    {
        long length = response.Headers.ContentLength;
        long size = response.ContentRange is { } range && range.LastIndexOf('/') is var slash && slash >= 0
            && long.TryParse(range.AsSpan(slash + 1), CultureInfo.InvariantCulture, out long total) ? total : length;
        var info = new ObjectInfo(key, ETags.Unquote(response.ETag), size, ToTime(response.LastModified), ReadMetadata(response.Metadata));

        // The SDK wraps it in a stream that hashes too, and tells a mismatch when it is disposed: after the bytes were used.
        var plain = response.ResponseStream is WrapperStream wrapped ? wrapped.GetNonWrapperBaseStream() : response.ResponseStream;
        var body = new S3BodyStream(
            plain, response, length,
            e => S3Errors.Map(e, where, "read " + StoreKey.Show(key)),
            at => Failed(StoreErrorKind.Corrupt, "read", key, $"the body ended after {at} of {length} bytes"));
        return new ObjectContent(info, body) { Md5 = TellsMd5(response.ServerSideEncryptionMethod, response.ServerSideEncryptionCustomerMethod) && IsHash(info.ETag) ? Convert.FromHexString(info.ETag) : null };
    }

    private async Task<GetObjectMetadataResponse?> HeadResponseAsync(string key, CancellationToken cancellationToken)
    {
        var call = new GetObjectMetadataRequest { BucketName = where.Bucket, Key = FullKey(key) };
        try
        {
            return await CallAsync("head", key, c => c.GetObjectMetadataAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.InnerException is AmazonServiceException absent && IsAbsent(absent))
        {
            return null;
        }
    }

    private static ObjectInfo ToInfo(string key, GetObjectMetadataResponse head) =>
        new(key, ETags.Unquote(head.ETag), head.Headers.ContentLength, ToTime(head.LastModified), ReadMetadata(head.Metadata));

    /// <summary>A space comes as '+' from AWS and as %20 from others; a '+' is always %2B.</summary>
    private static string Decode(string listed, bool encoded) => encoded ? Uri.UnescapeDataString(listed.Replace('+', ' ')) : listed;

    private string KeyOf(string listed) => listed[where.Prefix.Length..];
}
