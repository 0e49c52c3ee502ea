using AgentBay.ObjectStore.S3;

namespace AgentBay.ObjectStore;

/// <summary>A store's URL, parsed: a directory, or an <see cref="S3Location"/>.</summary>
internal abstract record StoreLocation
{
    private const string Forms = "Use a path, file:///path, s3://bucket/prefix or oss://bucket/prefix.";

    internal sealed record Embedded(string Path) : StoreLocation;

    internal sealed record Remote(S3Location Where) : StoreLocation;

    /// <exception cref="FormatException">The message names the part and what it should be, and never holds a credential.</exception>
    internal static StoreLocation Parse(string url)
    {
        if (string.IsNullOrWhiteSpace(url))
        {
            throw new FormatException($"The store's URL is empty. {Forms}");
        }

        int colon = url.IndexOf("://", StringComparison.Ordinal);
        return (colon < 0 ? "" : url[..colon].ToLowerInvariant()) switch
        {
            "" => new Embedded(url),
            "file" => ParseFile(url, url[(colon + 3)..]),
            "s3" => new Remote(ParseS3(S3Dialect.S3, "s3", url[(colon + 3)..])),
            "oss" => new Remote(ParseS3(S3Dialect.Oss, "oss", url[(colon + 3)..])),
            var scheme => throw new FormatException($"The store's URL has the unknown scheme '{scheme}'. {Forms}"),
        };
    }

    private static Embedded ParseFile(string url, string rest)
    {
        string path = rest.StartsWith("localhost/", StringComparison.OrdinalIgnoreCase) ? rest["localhost".Length..] : rest;
        if (!path.StartsWith('/'))
        {
            throw new FormatException($"'{url}' names no absolute path. Write three slashes: file:///path.");
        }

        return path.AsSpan().ContainsAny('?', '#')
            ? throw new FormatException($"'{url}' has a query; file:// takes none. Write '?' as %3F and '#' as %23 where the path holds them.")
            : new Embedded(Unescape(path, "path"));
    }

    private static S3Location ParseS3(S3Dialect dialect, string scheme, string rest)
    {
        int query = rest.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? rest : rest[..query];
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string bucket = slash < 0 ? path : path[..slash];
        if (bucket.Contains('@', StringComparison.Ordinal) || path.AsSpan().Contains("://", StringComparison.Ordinal))
        {
            throw new FormatException($"A {scheme}:// URL takes no credentials, as URLs reach logs. {CredentialsHelp(dialect)}");
        }

        if (rest.Contains('#', StringComparison.Ordinal))
        {
            throw new FormatException($"The {scheme}:// URL has a fragment. Write '#' as %23.");
        }

        CheckBucket(scheme, bucket);
        string prefix = slash < 0 ? "" : Unescape(path[(slash + 1)..], "prefix").Trim('/');
        return ParseParameters(dialect, scheme, bucket, prefix.Length == 0 ? "" : prefix + "/", query < 0 ? "" : rest[(query + 1)..]);
    }

    private static S3Location ParseParameters(S3Dialect dialect, string scheme, string bucket, string prefix, string query)
    {
        string valid = dialect == S3Dialect.Oss ? "endpoint, region" : "endpoint, region, pathStyle";
        Uri? endpoint = null;
        string? region = null;
        bool? pathStyle = null;
        foreach (string part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals];
            string value = equals < 0 ? "" : Unescape(part[(equals + 1)..], name);
            switch (name)
            {
                case "endpoint": endpoint = ParseEndpoint(scheme, value); break;
                case "region": region = value.Length > 0 ? value : throw new FormatException("The parameter 'region' is empty."); break;
                case "pathStyle" when dialect == S3Dialect.S3: pathStyle = ParseBoolean(name, value); break;
                default: throw new FormatException($"Unknown parameter '{name}' in the {scheme}:// URL. Valid parameters are: {valid}.");
            }
        }

        return dialect == S3Dialect.Oss ? Oss(bucket, prefix, endpoint, region) : S3(bucket, prefix, endpoint, region, pathStyle);
    }

    private static S3Location S3(string bucket, string prefix, Uri? endpoint, string? region, bool? pathStyle) => new(
        S3Dialect.S3, bucket, prefix, endpoint,
        region ?? EnvironmentVariable.Find("AWS_REGION") ?? EnvironmentVariable.Find("AWS_DEFAULT_REGION") ?? "us-east-1",

        // Servers of one's own seldom have a DNS name for each bucket; AWS wants one.
        pathStyle ?? (endpoint != null && !endpoint.Host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase)));

    private static S3Location Oss(string bucket, string prefix, Uri? endpoint, string? region)
    {
        if (endpoint == null)
        {
            throw new FormatException($"The oss:// URL has no endpoint. Add it: oss://{bucket}?endpoint=https://s3.oss-<region>.aliyuncs.com");
        }

        // The S3 interface has a host of its own; people know the other one.
        if (endpoint.Host.StartsWith("oss-", StringComparison.OrdinalIgnoreCase) && endpoint.Host.EndsWith(".aliyuncs.com", StringComparison.OrdinalIgnoreCase))
        {
            endpoint = new UriBuilder(endpoint) { Host = "s3." + endpoint.Host }.Uri;
        }

        string[] labels = endpoint.Host.Split('.');
        string found = labels.FirstOrDefault(static l => l.StartsWith("oss-", StringComparison.OrdinalIgnoreCase)) ?? "oss-cn-hangzhou";
        return new S3Location(S3Dialect.Oss, bucket, prefix, endpoint, region ?? found.Replace("-internal", "", StringComparison.Ordinal), PathStyle: false);
    }

    private static void CheckBucket(string scheme, string bucket)
    {
        if (bucket.Length == 0)
        {
            throw new FormatException($"The {scheme}:// URL names no bucket. Write {scheme}://bucket/prefix.");
        }

        if (bucket.Length is < 3 or > 255 || bucket.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')))
        {
            throw new FormatException($"'{bucket}' is no bucket's name: 3 to 255 letters, digits, '.', '-' or '_'.");
        }
    }

    private static Uri ParseEndpoint(string scheme, string value)
    {
        string text = value.Contains("://", StringComparison.Ordinal) ? value : "https://" + value;
        if (value.Contains('@', StringComparison.Ordinal))
        {
            throw new FormatException($"The endpoint of the {scheme}:// URL holds credentials, and URLs reach logs. {CredentialsHelp(scheme == "oss" ? S3Dialect.Oss : S3Dialect.S3)}");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.PathAndQuery == "/"
            ? uri
            : throw new FormatException($"The endpoint '{value}' is not http:// or https:// with a host and perhaps a port, as in https://s3.example.com:9000.");
    }

    private static bool ParseBoolean(string name, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException($"The parameter '{name}' is '{value}'; it is true or false."),
    };

    private static string Unescape(string text, string part)
    {
        string plain = Uri.UnescapeDataString(text);
        return plain.Contains('\0', StringComparison.Ordinal) ? throw new FormatException($"The {part} in the store's URL holds a NUL.") : plain;
    }

    private static string CredentialsHelp(S3Dialect dialect) => dialect == S3Dialect.Oss
        ? "Set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET instead."
        : "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, instead.";
}
