using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentBay.ObjectStore.S3;

/// <summary>Whom TLS trusts: the system's authorities and those of SSL_CERT_FILE and SSL_CERT_DIR, which .NET looks at; or only those of AWS_CA_BUNDLE, as in all of AWS's tools.</summary>
internal static class CertificateAuthority
{
    internal static SslClientAuthenticationOptions Options()
    {
        if (EnvironmentVariable.Find("AWS_CA_BUNDLE") is not { } bundle)
        {
            return new SslClientAuthenticationOptions();
        }

        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(bundle);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.Refused, $"AWS_CA_BUNDLE names {bundle}, which cannot be read as PEM certificates: {e.Message}", e);
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }
}
