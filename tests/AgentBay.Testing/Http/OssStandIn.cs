using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AgentBay.Testing.Http;

/// <summary>
/// A relay's handler that makes an S3 server as strict as Alibaba OSS's S3 interface is documented or reported to be: it refuses what OSS refuses, and knows
/// <c>x-oss-forbid-overwrite</c>.
/// </summary>
public sealed partial class OssStandIn(string domain)
{
    private const int MaxKeyBytes = 1023;
    private const int MaxMetadataBytes = 8 << 10;
    private const string MetadataPrefix = "x-amz-meta-";

    private static readonly string[] MissingFeatures = ["tagging", "versioning", "versions", "object-lock", "ownershipControls", "publicAccessBlock", "analytics", "inventory"];

    private static readonly string[] LifecycleActions = ["Expiration", "AbortIncompleteMultipartUpload"];

    private readonly ConcurrentDictionary<string, RelayRequest> heads = new();
    private readonly SemaphoreSlim creating = new(1);

    public async Task<RelayResponse?> HandleAsync(RelayRequest request, Func<RelayRequest, Task<RelayResponse>> forward, CancellationToken cancellationToken)
    {
        if (Refusal(request) is { } refusal)
        {
            return refusal;
        }

        if (request.Method == "HEAD")
        {
            heads[request.Path] = request;
        }

        bool createOnly = request.Header("x-oss-forbid-overwrite") == "true";
        if (createOnly && (request.Method == "POST" || request.Header("x-amz-copy-source") != null))
        {
            return await CreateAsync(request, forward, cancellationToken);
        }

        // Not among the signed headers, so the signature holds.
        var response = await forward(createOnly ? request.With("If-None-Match", "*") : request);
        return createOnly && response.Status == 412 ? AlreadyExists() : response;
    }

    /// <summary>The server behind knows no such condition here: the client's own last HEAD of the key, whose signature still holds, is sent again.</summary>
    private async Task<RelayResponse> CreateAsync(RelayRequest request, Func<RelayRequest, Task<RelayResponse>> forward, CancellationToken cancellationToken)
    {
        await creating.WaitAsync(cancellationToken);
        try
        {
            return heads.TryGetValue(request.Path, out var head) && (await forward(head)).Status == 200 ? AlreadyExists() : await forward(request);
        }
        finally
        {
            _ = creating.Release();
        }
    }

    private static RelayResponse AlreadyExists() => RelayResponse.Error(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.");

    private RelayResponse? Refusal(RelayRequest request) =>
        AddressRefusal(request) ?? BodyRefusal(request) ?? FeatureRefusal(request) ?? KeyRefusal(request) ?? MetadataRefusal(request) ?? LifecycleRefusal(request);

    private RelayResponse? AddressRefusal(RelayRequest request)
    {
        string host = (request.Header("Host") ?? "").Split(':')[0];
        return host.EndsWith("." + domain, StringComparison.Ordinal)
            ? null
            : RelayResponse.Error(403, "SecondLevelDomainForbidden", "The bucket you are attempting to access must be addressed using OSS third level domain.");
    }

    private static RelayResponse? BodyRefusal(RelayRequest request)
    {
        if (request.Header("Content-Encoding")?.Contains("aws-chunked", StringComparison.Ordinal) == true
            || request.Header("x-amz-content-sha256")?.StartsWith("STREAMING", StringComparison.Ordinal) == true)
        {
            return RelayResponse.Error(400, "InvalidArgument", "aws-chunked encoding is not supported with the specified x-amz-content-sha256 value.");
        }

        string[] checksums = ["x-amz-checksum-", "x-amz-trailer", "x-amz-sdk-checksum-algorithm"];
        if (request.Headers.Any(h => checksums.Any(c => h.Key.StartsWith(c, StringComparison.OrdinalIgnoreCase))))
        {
            return NotImplemented();
        }

        string? md5 = request.Header("Content-MD5");
#pragma warning disable CA5351 // MD5 is what S3 speaks.
        return md5 != null && md5 != Convert.ToBase64String(MD5.HashData(request.Body)) ? RelayResponse.Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
            : request.Method == "POST" && request.Parameters.Contains("delete") && md5 == null ? RelayResponse.Error(400, "MissingArgument", "Missing Some Required Arguments: Content-MD5.")
            : null;
    }

    private static RelayResponse? FeatureRefusal(RelayRequest request)
    {
        bool conditional = request.Header("If-Match") != null || request.Header("If-None-Match") != null;
        return (conditional && request.Method is not ("GET" or "HEAD"))
            || request.Parameters.Any(p => MissingFeatures.Contains(p))
            || request.Headers.Any(static h => h.Key.Equals("x-amz-tagging", StringComparison.OrdinalIgnoreCase))
            || (request.Method == "GET" && request.Parameters.Contains("uploads"))
            ? NotImplemented()
            : null;
    }

    private static RelayResponse? KeyRefusal(RelayRequest request)
    {
        string key = Uri.UnescapeDataString(request.Path[1..]);
        return Encoding.UTF8.GetByteCount(key) > MaxKeyBytes || key.StartsWith('/') || key.StartsWith('\\')
            ? RelayResponse.Error(400, "InvalidObjectName", "The specified object is not valid.")
            : null;
    }

    private static RelayResponse? MetadataRefusal(RelayRequest request)
    {
        var metadata = request.Headers.Where(static h => h.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        return metadata.Exists(static h => !Name().IsMatch(h.Key[MetadataPrefix.Length..]) || h.Value.Any(static c => c is < ' ' or > '~'))
            ? RelayResponse.Error(400, "InvalidArgument", "The metadata's name or value is not valid.")
            : metadata.Sum(static h => h.Key.Length - MetadataPrefix.Length + h.Value.Length) > MaxMetadataBytes
            ? RelayResponse.Error(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size.")
            : null;
    }

    private static RelayResponse? LifecycleRefusal(RelayRequest request)
    {
        if (request.Method != "PUT" || !request.Parameters.Contains("lifecycle"))
        {
            return null;
        }

        var rules = XElement.Load(new MemoryStream(request.Body)).Elements().Where(e => e.Name.LocalName == "Rule")
            .Select(r => (Prefix: r.Descendants().Single(e => e.Name.LocalName == "Prefix").Value, Actions: r.Elements().Select(e => e.Name.LocalName).Intersect(LifecycleActions).ToList()))
            .ToList();
        return rules.DistinctBy(r => r.Prefix).Count() < rules.Count ? RelayResponse.Error(400, "InvalidArgument", "Rules have the same prefix.")
            : request.Header("x-oss-allow-same-action-overlap") != "true"
              && rules.Exists(a => rules.Exists(b => a != b && a.Prefix.StartsWith(b.Prefix, StringComparison.Ordinal) && a.Actions.Intersect(b.Actions).Any()))
            ? RelayResponse.Error(400, "InvalidArgument", "Overlap for same action type.")
            : null;
    }

    private static RelayResponse NotImplemented() => RelayResponse.Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented.");

    [GeneratedRegex("^[A-Za-z0-9-]+$")]
    private static partial Regex Name();
}
