using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;

namespace AgentBay.Testing;

/// <summary>
/// The real S3 server of the tests (Ceph RGW, run by <c>tests/s3-server.sh</c>, which says what it needs). One a machine: whoever starts it joins
/// the one that runs, and it ends with its last user. Where AGENTBAY_TEST_S3_ENDPOINT is set, build.sh started it, and it is only used.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string AccessKey = "testaccess";
    public const string SecretKey = "testsecret";
    public const string EndpointVariable = "AGENTBAY_TEST_S3_ENDPOINT";

    /// <summary>PEM; the HTTPS endpoint's, for s3.localhost, *.s3.localhost and 127.0.0.1.</summary>
    public const string CertificatePath = "/tmp/agentbay-s3/cert.pem";

    private const int CannotInstall = 3;

    private static readonly TimeSpan Installing = TimeSpan.FromMinutes(10);

    private static int users;
    private readonly bool started;

    private S3Server(string endpoint, bool started)
    {
        Endpoint = endpoint;
        this.started = started;

        // What s3:// stores of this process, and programs that it starts, find.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SecretKey);
        Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", null);
    }

    public string Endpoint { get; }

    /// <exception cref="S3ServerUnavailableException">It cannot be installed here: the tests that need it skip with its message.</exception>
    public static async Task<S3Server> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } given)
        {
            return new S3Server(given, started: false);
        }

        var (code, output, error) = await RunScriptAsync("start", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _ = code switch
        {
            0 => Interlocked.Increment(ref users),
            CannotInstall => throw new S3ServerUnavailableException(error.Trim()),
            _ => throw new InvalidOperationException($"tests/s3-server.sh start failed with {code}: {error}"),
        };
        return new S3Server(output.Trim(), started: true);
    }

    /// <summary>A bucket of its own, removed with all that is in it when disposed.</summary>
    public async Task<S3Bucket> CreateBucketAsync()
    {
        var bucket = new S3Bucket(this, "test-" + Guid.NewGuid().ToString("N"));
        await bucket.CreateAsync();
        return bucket;
    }

    /// <summary>kill -9: the store does not answer until <see cref="StartGatewayAsync"/>; its data stays. Only where no other test uses it at the same time.</summary>
    public static Task KillGatewayAsync() => RunOrThrowAsync("kill-gateway");

    public static Task StartGatewayAsync() => RunOrThrowAsync("start-gateway");

    public async ValueTask DisposeAsync()
    {
        if (started && Interlocked.Decrement(ref users) == 0)
        {
            await RunOrThrowAsync("stop", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
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

    private static async Task RunOrThrowAsync(params string[] arguments)
    {
        var (code, _, error) = await RunScriptAsync(arguments);
        if (code != 0)
        {
            throw new InvalidOperationException($"tests/s3-server.sh {string.Join(' ', arguments)} failed with {code}: {error}");
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunScriptAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(FindScript(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
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
