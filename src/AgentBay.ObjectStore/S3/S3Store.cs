using System.Net;
using Amazon.Runtime;
using Amazon.S3.Model;

namespace AgentBay.ObjectStore.S3;

/// <summary>
/// A bucket, or a prefix in one, of S3, of a server that speaks S3, or of OSS. It tries each call once: <see cref="Retrying.RetryingStore"/>
/// retries and has the deadlines. Every PUT is verified against its MD5; every GET against its length.
/// <para>Where servers ignore a condition (Ceph RGW: completing a multipart upload, DELETE, source and target of a copy; OSS: If-Match), a HEAD goes
/// before and the condition is sent nevertheless; <see cref="StoreProperties"/> then says that it does not hold under a race.</para>
/// </summary>
public sealed partial class S3Store : IObjectStore
{
    private const string MetadataHeader = "x-amz-meta-";

    private readonly S3Location where;
    private readonly Lazy<RotatingCredentials> credentials;
    private readonly Lazy<S3WireClient> client;

    /// <param name="handler">Null for the network.</param>
    /// <param name="findCredentials">Null for those of the environment.</param>
    internal S3Store(S3Location where, HttpMessageHandler? handler = null, Func<AWSCredentials>? findCredentials = null)
    {
        this.where = where;

        // Lazy, as opening talks to nobody; a failure (no credentials) is found anew at the next call.
        credentials = new Lazy<RotatingCredentials>(() => new RotatingCredentials(findCredentials ?? (() => S3Credentials.Find(where.Dialect)), Time), LazyThreadSafetyMode.PublicationOnly);
        client = new Lazy<S3WireClient>(() => S3Client.Create(where, handler, credentials.Value), LazyThreadSafetyMode.PublicationOnly);
        bool oss = where.Dialect == S3Dialect.Oss;
        Properties = new StoreProperties
        {
            Url = where.ToUrl(),
            ConditionalCreate = true,
            ConditionalReplace = !oss,
            MaxKeyBytes = StoreKey.MaxBytes - System.Text.Encoding.UTF8.GetByteCount(where.Prefix),
            MaxMetadataBytes = oss ? 8000 : 2048,
            ListsUploads = !oss,
        };
    }

    public StoreProperties Properties { get; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Objects larger than this are copied in parts of <see cref="CopyPartSize"/>.</summary>
    internal long MaxCopySize { get; init; } = 5L << 30;

    internal long CopyPartSize { get; init; } = 1L << 30;

    public ValueTask DisposeAsync()
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private string FullKey(string key)
    {
        _ = StoreKey.ToBytes(key, Properties.MaxKeyBytes);
        return where.Prefix + key;
    }

    /// <summary>Whether payloads go unsigned: TLS protects them, and hashing them twice costs.</summary>
    private bool? UnsignedPayload => where.IsHttps ? true : null;

    /// <param name="call">May run twice, when credentials turn out to be old: it begins a body anew.</param>
    private async Task<T> CallAsync<T>(string what, string key, Func<S3WireClient, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var used = await credentials.Value.GetCredentialsAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await call(client.Value).ConfigureAwait(false);
            }
            catch (AmazonServiceException e) when (S3Errors.IsStaleCredentials(e))
            {
                if (!await credentials.Value.RenewAsync(used, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }
            }

            return await call(client.Value).ConfigureAwait(false);
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw S3Errors.Map(e, where, key.Length == 0 ? what : $"{what} {StoreKey.Show(key)}");
        }
    }

    private async Task CallAsync(string what, string key, Func<S3WireClient, Task> call, CancellationToken cancellationToken) => _ = await CallAsync(
        what, key,
        async c =>
        {
            await call(c).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);

    private StoreException Failed(StoreErrorKind kind, string what, string key, string why) => S3Errors.Create(kind, where, $"{what} {StoreKey.Show(key)}", why);

    private static bool IsAbsent(AmazonServiceException e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket";

    private static DateTimeOffset ToTime(DateTime? time) =>
        time is { } t ? new DateTimeOffset(t.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(t, DateTimeKind.Utc) : t.ToUniversalTime()) : DateTimeOffset.UnixEpoch;

    private static Dictionary<string, string> ReadMetadata(MetadataCollection wire)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string header in wire.Keys)
        {
            string name = header.StartsWith(MetadataHeader, StringComparison.OrdinalIgnoreCase) ? header[MetadataHeader.Length..] : header;
            metadata[name.ToLowerInvariant()] = S3Metadata.Decode(wire[header]);
        }

        return metadata;
    }

    private void CheckMetadata(IReadOnlyDictionary<string, string> metadata, string key)
    {
        StoreMetadata.Check(metadata, Properties.MaxMetadataBytes, key);
        int bytes = S3Metadata.WireBytes(metadata);
        if (bytes > Properties.MaxMetadataBytes)
        {
            throw new StoreException(StoreErrorKind.TooLarge, $"{StoreKey.Show(key)}: {bytes} bytes of metadata as sent; the store takes {Properties.MaxMetadataBytes}.");
        }
    }

    private static void WriteMetadata(MetadataCollection wire, IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (name, value) in metadata)
        {
            wire[name] = S3Metadata.Encode(value);
        }
    }
}
