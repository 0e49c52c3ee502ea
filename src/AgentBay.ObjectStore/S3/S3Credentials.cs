using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;

namespace AgentBay.ObjectStore.S3;

/// <summary>Finds credentials. Never from a URL, and without asking the network where nothing says that an answer will come.</summary>
internal static class S3Credentials
{
    internal static AWSCredentials Find(S3Dialect dialect) => dialect == S3Dialect.Oss ? FindOss() : FindAws();

    // A process's own variables never change: temporary credentials that outlast their token come from a profile (credential_process) or a service.
    private static AWSCredentials FindOss() => (EnvironmentVariable.Find("OSS_ACCESS_KEY_ID"), EnvironmentVariable.Find("OSS_ACCESS_KEY_SECRET"), EnvironmentVariable.Find("OSS_SESSION_TOKEN")) switch
    {
        ({ } id, { } secret, null) => new BasicAWSCredentials(id, secret),
        ({ } id, { } secret, { } token) => new SessionAWSCredentials(id, secret, token),
        (null, null, _) when FindByAwsChain() is { } found => found,
        _ => throw new StoreException(
            StoreErrorKind.BadCredentials,
            "No credentials for OSS: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET (and OSS_SESSION_TOKEN for temporary ones), or choose a profile of ~/.aws/credentials with AWS_PROFILE."),
    };

    private static AWSCredentials FindAws() => FindByAwsChain() ?? throw new StoreException(
        StoreErrorKind.BadCredentials,
        "No AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a profile of ~/.aws/credentials with AWS_PROFILE.");

    // The SDK's own chain ends by asking 169.254.169.254, which outside EC2 hangs for seconds.
    private static AWSCredentials? FindByAwsChain()
    {
        try
        {
            if (EnvironmentVariable.Find("AWS_ACCESS_KEY_ID") != null && EnvironmentVariable.Find("AWS_SECRET_ACCESS_KEY") != null)
            {
                return new EnvironmentVariablesAWSCredentials();
            }

            if (EnvironmentVariable.Find("AWS_WEB_IDENTITY_TOKEN_FILE") != null && EnvironmentVariable.Find("AWS_ROLE_ARN") != null)
            {
                return AssumeRoleWithWebIdentityCredentials.FromEnvironmentVariables();
            }

            string? profile = EnvironmentVariable.Find("AWS_PROFILE");
            if (new CredentialProfileStoreChain().TryGetAWSCredentials(profile ?? "default", out var stored))
            {
                return stored;
            }

            if (profile != null)
            {
                throw new StoreException(StoreErrorKind.BadCredentials, $"AWS_PROFILE names the profile '{profile}', which is not in ~/.aws/credentials or ~/.aws/config.");
            }

            if (EnvironmentVariable.Find("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != null || EnvironmentVariable.Find("AWS_CONTAINER_CREDENTIALS_FULL_URI") != null)
            {
                return new GenericContainerCredentials();
            }

            if (IsOnEc2() && !string.Equals(EnvironmentVariable.Find("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            {
                return new InstanceProfileAWSCredentials();
            }

            return null;
        }
        catch (Exception e) when (e is AmazonClientException or ArgumentException or InvalidOperationException)
        {
            throw new StoreException(StoreErrorKind.BadCredentials, $"The AWS credentials that are configured cannot be used: {e.Message}", e);
        }
    }

    private static bool IsOnEc2()
    {
        try
        {
            return File.ReadAllText("/sys/class/dmi/id/sys_vendor").Contains("Amazon", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
