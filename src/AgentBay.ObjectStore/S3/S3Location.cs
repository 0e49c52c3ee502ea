namespace AgentBay.ObjectStore.S3;

/// <summary>The two dialects that differ in what a store can do and how it is asked.</summary>
internal enum S3Dialect
{
    /// <summary>AWS and whatever speaks like it: Ceph RGW, MinIO, …</summary>
    S3,

    /// <summary>Alibaba Cloud OSS through its S3 interface.</summary>
    Oss,
}

/// <summary>Where an S3 store is; a parsed URL without credentials.</summary>
/// <param name="Prefix">Empty, or ends with '/'.</param>
/// <param name="Endpoint">Scheme, host and port; null for AWS by region.</param>
internal sealed record S3Location(S3Dialect Dialect, string Bucket, string Prefix, Uri? Endpoint, string Region, bool PathStyle)
{
    internal bool IsHttps => Endpoint == null || Endpoint.Scheme == Uri.UriSchemeHttps;

    internal string ToUrl()
    {
        string url = Dialect == S3Dialect.Oss ? "oss://" : "s3://";
        string path = string.Join('/', Prefix.TrimEnd('/').Split('/').Select(Uri.EscapeDataString));
        url += path.Length == 0 ? Bucket : $"{Bucket}/{path}";
        url += Endpoint == null ? $"?region={Region}" : $"?endpoint={Endpoint.GetLeftPart(UriPartial.Authority)}&region={Region}";
        return Dialect == S3Dialect.Oss ? url : $"{url}&pathStyle={(PathStyle ? "true" : "false")}";
    }
}
