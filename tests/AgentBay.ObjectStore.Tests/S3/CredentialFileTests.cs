#pragma warning disable CA5351 // S3 ETags are MD5.
using System.Globalization;
using System.Security.Cryptography;
using AgentBay.ObjectStore.Tests.Embedded;
using AgentBay.Testing.Http;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>Credentials of a real file that changes under a running program, whose calls are tried once.</summary>
public sealed class CredentialFileTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpRelay server;
    private volatile string accepted = "key1";
    private volatile byte[] stored = [];
    private int refusals;

    public CredentialFileTests() => server = new HttpRelay(new Uri("http://127.0.0.1:1"), (request, _, _) => Task.FromResult<RelayResponse?>(Answer(request)));

    private string CredentialsFile => Path.Combine(folder.Path, "credentials");

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("s3://bucket?endpoint=http://s3.example.com&region=r", false)]
    [InlineData("s3://bucket?endpoint=http://s3.example.com&region=r", true)]
    [InlineData("oss://bucket?endpoint=http://s3.oss-test.example.com", false)]
    [InlineData("oss://bucket?endpoint=http://s3.oss-test.example.com", true)]
    public async Task Other_keys_in_the_file_are_used_without_a_failed_call(string url, bool ofProcess)
    {
        Write("key1", ofProcess);
        void Rotate()
        {
            Write("key2", ofProcess);
            accepted = "key2";
        }

        string said = await StoreChild.RunWithCredentialsAsync(url, CredentialsFile, [Rotate], ("HTTP_PROXY", $"http://127.0.0.1:{server.Port}"));
        Assert.Equal("equal\nequal", said);
        Assert.Equal(1, refusals);
    }

    [Theory]
    [InlineData("oss://bucket?endpoint=http://s3.oss-test.example.com", "set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET")]
    [InlineData("s3://bucket?endpoint=http://s3.example.com", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
    public async Task Without_credentials_it_says_which_variables_to_set(string url, string advice)
    {
        string said = await StoreChild.RunWithCredentialsAsync(url, CredentialsFile, []);
        Assert.StartsWith("BadCredentials: ", said, StringComparison.Ordinal);
        Assert.Contains(advice, said, StringComparison.Ordinal);
        Assert.Contains("AWS_PROFILE", said, StringComparison.Ordinal);
    }

    private void Write(string key, bool ofProcess)
    {
        string output = Path.Combine(folder.Path, "output.json");
        File.WriteAllText(output, $$"""{ "Version": 1, "AccessKeyId": "{{key}}", "SecretAccessKey": "secret", "SessionToken": "token" }""");
        File.WriteAllText(CredentialsFile, ofProcess ? $"[default]\ncredential_process = cat {output}\n" : $"[default]\naws_access_key_id = {key}\naws_secret_access_key = secret\n");
    }

    private RelayResponse Answer(RelayRequest request)
    {
        if (!request.Header("Authorization")!.Contains($"Credential={accepted}/", StringComparison.Ordinal))
        {
            _ = Interlocked.Increment(ref refusals);
            return RelayResponse.Error(403, "InvalidAccessKeyId", "There is no such key any more.");
        }

        stored = request.Method == "PUT" ? request.Body : stored;
        byte[] body = request.Method == "PUT" ? [] : stored;
        return new RelayResponse(
            200, "OK",
            [new("ETag", $"\"{Convert.ToHexStringLower(MD5.HashData(stored))}\""), new("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture))],
            body);
    }
}
