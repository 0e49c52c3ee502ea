using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    public async Task<IMultipartUpload?> ResumeMultipartAsync(string key, string uploadId, PutOptions options, CancellationToken cancellationToken)
    {
        if (uploadId.Length == 0)
        {
            return null;
        }

        var upload = new Upload(this, key, uploadId, options.Condition);
        var call = new ListPartsRequest { BucketName = where.Bucket, Key = FullKey(key), UploadId = uploadId };
        ListPartsResponse page;
        do
        {
            try
            {
                page = await CallAsync("list the parts of", key, c => c.ListPartsAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (IsNoUpload(e))
            {
                return null;
            }

            foreach (var part in page.Parts ?? [])
            {
                upload.Add(part.PartNumber ?? 0, part.Size ?? 0, ETags.Unquote(part.ETag));
            }

            call.PartNumberMarker = page.NextPartNumberMarker?.ToString(CultureInfo.InvariantCulture);
        }
        while (page.IsTruncated == true);
        return upload;
    }

    public async Task<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellationToken)
    {
        if (!Properties.ListsUploads)
        {
            throw Failed(StoreErrorKind.Refused, "list the uploads below", prefix, "this store's S3 interface cannot");
        }

        var pending = new List<PendingUpload>();
        var call = new ListMultipartUploadsRequest { BucketName = where.Bucket, Prefix = where.Prefix + prefix, Encoding = EncodingType.Url };
        ListMultipartUploadsResponse page;
        do
        {
            // Asked for; RGW encodes keys and does not say so.
            page = await CallAsync("list uploads", prefix, c => c.ListMultipartUploadsAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            pending.AddRange((page.MultipartUploads ?? []).Select(u => new PendingUpload(KeyOf(Decode(u.Key, encoded: true)), u.UploadId, ToTime(u.Initiated))));
            (call.KeyMarker, call.UploadIdMarker) = (page.NextKeyMarker == null ? null : Decode(page.NextKeyMarker, encoded: true), page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return pending;
    }

    public async Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        if (uploadId.Length == 0)
        {
            return;   // Without an upload's id the request would delete the object.
        }

        var call = new AbortMultipartUploadRequest { BucketName = where.Bucket, Key = FullKey(key), UploadId = uploadId };
        try
        {
            _ = await CallAsync("abort the upload of", key, c => c.AbortMultipartUploadAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (IsNoUpload(e))
        {
            // Gone already.
        }
    }

    private static bool IsNoUpload(StoreException e) => e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchUpload" or "NoSuchKey" };
}
