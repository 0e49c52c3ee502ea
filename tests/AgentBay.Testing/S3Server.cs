using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;

namespace AgentBay.Testing;

/// <summary>
/// The real S3 server of the tests (Ceph RGW, run by <c>tests/s3-server.sh</c>, which says what it needs). One a machine: whoever starts it joins
/// the one that runs, and it ends with its last user.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string AccessKey = "testaccess";
    public const string SecretKey = "testsecret";

    /// <summary>PEM; the HTTPS endpoint's, for s3.localhost, *.s3.localhost and 127.0.0.1.</summary>
    public const string CertificatePath = "/tmp/agentbay-s3/cert.pem";

    private const int CannotInstall = 3;

    private static readonly TimeSpan Installing = TimeSpan.FromMinutes(10);

    /// <summary>INVARIANT: held from a call of the script until <see cref="users"/> says what it did: a last user's stop never ends what another one has just joined.</summary>
    private static readonly SemaphoreSlim Joining = new(1);

    private static int users;

    private S3Server(string endpoint)
    {
        Endpoint = endpoint;

        // What s3:// stores of this process, and programs that it starts, find.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SecretKey);
        Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", null);
    }

    public string Endpoint { get; }

    /// <returns>Where it cannot be installed, no server, and the reason: the tests that need it skip with it.</returns>
    public static async Task<(S3Server? Server, string? Reason)> TryStartAsync()
    {
        await Joining.WaitAsync();
        try
        {
            var (code, output, error) = await RunScriptAsync("start");
            switch (code)
            {
                case 0:
                    users++;
                    return (new S3Server(output.Trim()), null);
                case CannotInstall:
                    return (null, error.Trim());
                default:
                    throw new InvalidOperationException($"tests/s3-server.sh start failed with {code}: {error}");
            }
        }
        finally
        {
            _ = Joining.Release();
        }
    }

    /// <summary>A bucket of its own, removed with all that is in it when disposed.</summary>
    public async Task<S3Bucket> CreateBucketAsync()
    {
        var bucket = new S3Bucket(this, "test-" + Guid.NewGuid().ToString("N"));
        await bucket.CreateAsync();
        return bucket;
    }

    public async ValueTask DisposeAsync()
    {
        await Joining.WaitAsync();
        try
        {
            if (--users > 0)
            {
                return;
            }

            var (code, _, error) = await RunScriptAsync("stop");
            if (code != 0)
            {
                throw new InvalidOperationException($"tests/s3-server.sh stop failed with {code}: {error}");
            }
        }
        finally
        {
            _ = Joining.Release();
        }
    }

    internal AmazonS3Client CreateClient() => new(
        new BasicAWSCredentials(AccessKey, SecretKey),
        new AmazonS3Config
        {
            ServiceURL = Endpoint,
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = TimeSpan.FromSeconds(30), // A server that does not answer is to be a failure.
            MaxErrorRetry = 2,
        });

    /// <summary>For this process.</summary>
    private static async Task<(int Code, string Output, string Error)> RunScriptAsync(string verb)
    {
        var start = new ProcessStartInfo(FindScript(), [verb, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await Eventually.EndsAsync(process, Installing);
        return (process.ExitCode, await output, await error);
    }

    private static string FindScript()
    {
        for (string? folder = AppContext.BaseDirectory; folder != null; folder = Path.GetDirectoryName(folder))
        {
            string script = Path.Combine(folder, "tests", "s3-server.sh");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new FileNotFoundException("tests/s3-server.sh is not above " + AppContext.BaseDirectory);
    }
}
