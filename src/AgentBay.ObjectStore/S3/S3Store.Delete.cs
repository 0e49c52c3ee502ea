using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

public sealed partial class S3Store
{
    private const int MaxDeletes = 1000;

    public async Task DeleteAsync(string key, string? ifMatch, CancellationToken cancellationToken)
    {
        var call = new DeleteObjectRequest { BucketName = where.Bucket, Key = FullKey(key) };
        if (ifMatch != null)
        {
            var current = await HeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (current == null)
            {
                return;
            }

            if (current.ETag != ETags.Unquote(ifMatch))
            {
                throw Failed(StoreErrorKind.PreconditionFailed, "delete", key, $"is not version {ifMatch} but {current.ETag}");
            }

            call.IfMatch = where.Dialect == S3Dialect.Oss ? null : current.ETag;
        }

        try
        {
            _ = await CallAsync("delete", key, c => c.DeleteObjectAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.InnerException is Amazon.Runtime.AmazonServiceException absent && IsAbsent(absent))
        {
            // Gone already.
        }
    }

    public async Task<IReadOnlyList<KeyValuePair<string, StoreException>>> DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var failed = new List<KeyValuePair<string, StoreException>>();
        foreach (string[] batch in keys.Where(IsXml).Chunk(MaxDeletes))
        {
            await DeleteBatchAsync(batch, failed, cancellationToken).ConfigureAwait(false);
        }

        foreach (string key in keys.Where(k => !IsXml(k)))
        {
            try
            {
                await DeleteAsync(key, null, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e)
            {
                failed.Add(new(key, e));
            }
        }

        return failed;
    }

    /// <summary>The request is XML 1.0, which cannot hold most control characters and changes a carriage return.</summary>
    private static bool IsXml(string key) => !key.AsSpan().ContainsAnyInRange('\0', '\u001f') && !key.AsSpan().ContainsAny('\ufffe', '\uffff');

    private async Task DeleteBatchAsync(string[] batch, List<KeyValuePair<string, StoreException>> failed, CancellationToken cancellationToken)
    {
        List<DeleteError> errors = [];
        try
        {
            await CallAsync("delete many", "", c => c.DeleteBatchAsync(where.Bucket, batch.Select(FullKey), cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.InnerException is Amazon.S3.DeleteObjectsException partly)
        {
            errors = partly.Response.DeleteErrors ?? [];
        }
        catch (StoreException e)
        {
            failed.AddRange(batch.Select(k => new KeyValuePair<string, StoreException>(k, e)));
        }

        foreach (var error in errors.Where(e => e.Code is not ("NoSuchKey" or "NotFound")))
        {
            string key = KeyOf(error.Key);
            failed.Add(new(key, Failed(S3Errors.KindOf(error.Code, System.Net.HttpStatusCode.BadRequest), "delete", key, $"{error.Code}: {error.Message}")));
        }
    }
}
