using Amazon.S3;
using Amazon.S3.Model;

namespace AgentBay.Testing;

/// <summary>A bucket of the test server.</summary>
public sealed class S3Bucket(S3Server server, string name) : IAsyncDisposable
{
    public string Name { get; } = name;

    public S3Server Server { get; } = server;

    /// <summary>As <see cref="ObjectStore.StoreUrl"/> takes it; credentials are in the environment.</summary>
    /// <param name="prefix">Without slashes at its ends.</param>
    public string Url(string prefix = "") =>
        $"s3://{Name}{(prefix.Length == 0 ? "" : "/" + prefix)}?endpoint={Server.Endpoint}&region=us-east-1&pathStyle=true";

    /// <summary>The keys whose uploads in parts are neither completed nor aborted.</summary>
    public async Task<IReadOnlyList<string>> ListUploadsAsync()
    {
        using var client = Server.CreateClient();
        var uploads = await client.ListMultipartUploadsAsync(Name);
        return [.. (uploads.MultipartUploads ?? []).Select(u => u.Key)];
    }

    /// <summary>The bucket's lifecycle configuration as any other program sees it; null when it has none.</summary>
    public async Task<IReadOnlyList<LifecycleRule>?> GetLifecycleAsync()
    {
        using var client = Server.CreateClient();
        try
        {
            return (await client.GetLifecycleConfigurationAsync(Name)).Configuration?.Rules is { Count: > 0 } rules ? rules : null;
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchLifecycleConfiguration")
        {
            return null;
        }
    }

    /// <summary>Rules as another program sets them.</summary>
    public async Task SetLifecycleAsync(params IReadOnlyList<LifecycleRule> rules)
    {
        using var client = Server.CreateClient();
        _ = await client.PutLifecycleConfigurationAsync(Name, new LifecycleConfiguration { Rules = [.. rules] });
    }

    internal async Task CreateAsync()
    {
        using var client = Server.CreateClient();
        _ = await client.PutBucketAsync(Name);
    }

    public async ValueTask DisposeAsync()
    {
        using var client = Server.CreateClient();
        await EmptyAsync(client);
        var uploads = await client.ListMultipartUploadsAsync(Name);
        foreach (var upload in uploads.MultipartUploads ?? [])
        {
            _ = await client.AbortMultipartUploadAsync(Name, upload.Key, upload.UploadId);
        }

        _ = await client.DeleteBucketAsync(Name);
    }

    private async Task EmptyAsync(AmazonS3Client client)
    {
        while (true)
        {
            var page = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Name, Encoding = EncodingType.Url });
            if (page.S3Objects is not { Count: > 0 } objects)
            {
                return;
            }

            await Parallel.ForEachAsync(objects, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (o, cancel) => _ = await client.DeleteObjectAsync(Name, Uri.UnescapeDataString(o.Key.Replace('+', ' ')), cancel));
        }
    }
}
