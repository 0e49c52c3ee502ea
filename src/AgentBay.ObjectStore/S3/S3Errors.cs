using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;

namespace AgentBay.ObjectStore.S3;

/// <summary>The one map from what the SDK throws to <see cref="StoreException"/>.</summary>
internal static class S3Errors
{
    internal static StoreException Map(Exception error, S3Location where, string what)
    {
        for (Exception? e = error; e != null; e = e.InnerException)
        {
            switch (e)
            {
                case StoreException known:
                    return known;
                case AmazonServiceException service when service.StatusCode != 0:
                    return Create(KindOf(service.ErrorCode, service.StatusCode), where, what, $"{service.ErrorCode ?? "no code"}, HTTP {(int)service.StatusCode}: {service.Message}", error);
                case AuthenticationException:
                    return Create(StoreErrorKind.Unreachable, where, what, $"{e.Message.TrimEnd('.')}. If an authority of your own signed it, name its certificate in AWS_CA_BUNDLE or SSL_CERT_FILE", error, noRetry: true);
                case HttpRequestException { InnerException: not AuthenticationException } or HttpIOException or SocketException or OperationCanceledException or TimeoutException:
                    return Create(StoreErrorKind.Unreachable, where, what, e.Message, error);
                case AmazonUnmarshallingException:
                    return Create(StoreErrorKind.Busy, where, what, "the answer is not S3's: " + e.Message, error);
                default:
                    continue;
            }
        }

        // A failure of the SDK itself (its credentials' refresh, an argument) without an answer of the store.
        return error is AmazonClientException && error.Message.Contains("credential", StringComparison.OrdinalIgnoreCase)
            ? Create(StoreErrorKind.BadCredentials, where, what, error.Message, error)
            : Create(error is IOException ? StoreErrorKind.Unreachable : StoreErrorKind.Refused, where, what, error.Message, error);
    }

    internal static StoreException Create(StoreErrorKind kind, S3Location where, string what, string why, Exception? inner = null, bool noRetry = false) =>
        new(kind, $"{where.ToUrl()}: {what}: {why.TrimEnd('.')}. {Advice(kind, where)}".TrimEnd(), inner) { NoRetry = noRetry };

    internal static StoreErrorKind KindOf(string? code, HttpStatusCode status) => code switch
    {
        "NoSuchBucket" => StoreErrorKind.NoSuchBucket,
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "ExpiredTokenException" or "InvalidToken" or "TokenRefreshRequired" or "InvalidSecurity"
            or "RequestTimeTooSkewed" or "RequestExpired" or "InvalidSecurityToken" or "SecurityTokenExpired" or "NotSignedUp" => StoreErrorKind.BadCredentials,
        "AccessDenied" or "AllAccessDisabled" or "AccountProblem" or "UserDisable" or "InvalidObjectState" or "KmsAccessDenied" => StoreErrorKind.AccessDenied,
        "PreconditionFailed" or "FileAlreadyExists" or "NotModified" => StoreErrorKind.PreconditionFailed,
        "SlowDown" or "Throttling" or "ThrottlingException" or "TooManyRequests" or "RequestLimitExceeded" or "ServiceUnavailable" or "InternalError" or "RequestTimeout"
            or "ConditionalRequestConflict" or "OperationAborted" or "ConcurrentModification" => StoreErrorKind.Busy,
        "BadDigest" or "InvalidDigest" or "IncompleteBody" or "XAmzContentSHA256Mismatch" or "XAmzContentChecksumMismatch" => StoreErrorKind.Corrupt,
        "EntityTooLarge" or "MetadataTooLarge" or "TooManyParts" or "QuotaExceeded" or "InvalidMetadata" => StoreErrorKind.TooLarge,
        _ => KindOf(status),
    };

    /// <summary>Whether other credentials may help. A HEAD's answer has no body to say why it was refused.</summary>
    internal static bool IsStaleCredentials(AmazonServiceException e) =>
        KindOf(e.ErrorCode, e.StatusCode) == StoreErrorKind.BadCredentials
        || (e.ErrorCode is "BadRequest" or "Forbidden" or null && e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden);

    private static StoreErrorKind KindOf(HttpStatusCode status) => (int)status switch
    {
        401 => StoreErrorKind.BadCredentials,
        403 => StoreErrorKind.AccessDenied,
        412 => StoreErrorKind.PreconditionFailed,
        408 or 409 or 425 or 429 => StoreErrorKind.Busy,
        413 or 507 => StoreErrorKind.TooLarge,
        501 or 505 => StoreErrorKind.Refused,
        >= 500 => StoreErrorKind.Busy,
        _ => StoreErrorKind.Refused,
    };

#pragma warning disable CS8524 // A new member must break the build here, so no default arm.
    private static string Advice(StoreErrorKind kind, S3Location where) => kind switch
    {
        StoreErrorKind.Unreachable => $"Check the network and the endpoint{(where.Endpoint == null ? "" : " " + where.Endpoint.Authority)}.",
        StoreErrorKind.Busy => "The store is busy; try again later.",
        StoreErrorKind.BadCredentials when where.Dialect == S3Dialect.Oss => "Check OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN (or AWS_PROFILE), and the clock.",
        StoreErrorKind.BadCredentials => "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), the region and the clock.",
        StoreErrorKind.AccessDenied => $"Allow these credentials to list, get, put and delete in the bucket '{where.Bucket}'.",
        StoreErrorKind.NoSuchBucket => $"Create the bucket '{where.Bucket}', or correct its name, the region or the endpoint in the store's URL.",
        StoreErrorKind.PreconditionFailed or StoreErrorKind.Corrupt or StoreErrorKind.TooLarge or StoreErrorKind.Refused or StoreErrorKind.NoUrlEndpoint => "",
    };
}
