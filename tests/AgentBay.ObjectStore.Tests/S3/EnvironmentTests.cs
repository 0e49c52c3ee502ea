using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>Proxies and authorities by the usual variables, on the real server and its self-signed TLS.</summary>
public sealed class EnvironmentTests(S3StoreFixture fixture) : IClassFixture<S3StoreFixture>
{
    [Theory]
    [InlineData("HTTPS_PROXY")]
    [InlineData("https_proxy")]
    public async Task An_https_store_is_reached_through_the_proxy(string variable)
    {
        await using var proxy = new ForwardProxy();
        Assert.Equal("equal", await StoreChild.RunAsync(Url("https://s3.localhost:7443"), (variable, proxy.Url), ("AWS_CA_BUNDLE", S3Server.CertificatePath)));
        Assert.Contains("CONNECT s3.localhost:7443", proxy.Requests);
    }

    [Theory]
    [InlineData("HTTP_PROXY")]
    [InlineData("http_proxy")]
    public async Task An_http_store_is_reached_through_the_proxy(string variable)
    {
        await using var proxy = new ForwardProxy();
        Assert.Equal("equal", await StoreChild.RunAsync(Url("http://s3.localhost:7480"), (variable, proxy.Url)));
        Assert.Contains(proxy.Requests, r => r.StartsWith("PUT http://s3.localhost:7480/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("NO_PROXY")]
    [InlineData("no_proxy")]
    public async Task A_host_of_NO_PROXY_is_reached_without_it(string variable)
    {
        await using var proxy = new ForwardProxy();
        Assert.Equal("equal", await StoreChild.RunAsync(Url("http://127.0.0.1:7480"), ("HTTP_PROXY", proxy.Url), (variable, "example.com,127.0.0.1")));
        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData("AWS_CA_BUNDLE")]
    [InlineData("SSL_CERT_FILE")]
    public async Task An_authority_of_ones_own_is_trusted(string variable) =>
        Assert.Equal("equal", await StoreChild.RunAsync(Url("https://127.0.0.1:7443"), (variable, S3Server.CertificatePath)));

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        string said = await StoreChild.RunAsync(Url("https://127.0.0.1:7443"));
        Assert.StartsWith("Unreachable: ", said, StringComparison.Ordinal);
        Assert.Contains("AWS_CA_BUNDLE", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_that_is_not_there_is_named()
    {
        string said = await StoreChild.RunAsync(Url("https://127.0.0.1:7443"), ("AWS_CA_BUNDLE", "/no/such/file"));
        Assert.Contains("AWS_CA_BUNDLE names /no/such/file", said, StringComparison.Ordinal);
    }

    private string Url(string endpoint) => fixture.Bucket.Url("environment").Replace(fixture.Bucket.Server.Endpoint, endpoint, StringComparison.Ordinal);
}
