using System.Net;
using System.Net.Sockets;
using System.Text;
using AgentBay.ObjectStore.Embedded;
using AgentBay.ObjectStore.Tests.Embedded;
using AgentBay.Posix;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.Urls;

/// <summary>The loopback endpoint of a directory's presigned URLs, beyond the contract.</summary>
public sealed class UrlEndpointTests : IAsyncDisposable
{
    private static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();
    private readonly HttpClient http = new();
    private readonly EmbeddedStore store;

    public UrlEndpointTests() => store = EmbeddedStore.Open(folder.Path, time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Without_an_endpoint_signing_says_so()
    {
        await AssertNobodyServesAsync();
        await (await store.ServeUrlsAsync(Cancel))!.DisposeAsync();
        await AssertNobodyServesAsync();
    }

    [Fact]
    public async Task Another_process_signs_for_the_endpoint_that_runs()
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        await using var other = EmbeddedStore.Open(folder.Path, time);
        _ = await store.PutAsync("key", "bytes"u8.ToArray(), new PutOptions(), Cancel);
        var signed = await other.PresignAsync("key", PresignedUse.Get, AMinute, Cancel);
        Assert.Equal(endpoint!.Url.Authority, signed.Url.Authority);
        Assert.Equal("127.0.0.1", signed.Url.Host);
        Assert.Equal("bytes", await http.GetStringAsync(signed.Url, Cancel));
    }

    [Fact]
    public async Task An_endpoint_that_died_is_known_and_forgotten()
    {
        string dead = Path.Combine(folder.Path, ".agentbay-store/urls/endpoint-dead");
        await File.WriteAllTextAsync(dead, "http://127.0.0.1:9/", Cancel);
        await AssertNobodyServesAsync();
        Assert.False(File.Exists(dead));
    }

    [Fact]
    public async Task Of_two_endpoints_the_one_that_remains_is_found()
    {
        await using var first = await store.ServeUrlsAsync(Cancel);
        var second = await store.ServeUrlsAsync(Cancel);
        await first!.DisposeAsync();
        Assert.Equal(second!.Url.Authority, (await store.PresignAsync("key", PresignedUse.Get, AMinute, Cancel)).Url.Authority);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_URL_ends_at_its_time_which_nobody_can_move()
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        _ = await store.PutAsync("key", "x"u8.ToArray(), new PutOptions(), Cancel);
        var signed = await store.PresignAsync("key", PresignedUse.Get, AMinute, Cancel);
        time.Advance(AMinute - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, signed.Url));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, signed.Url));
        var longer = new Uri(signed.Url.AbsoluteUri.Replace("expires=1", "expires=9", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, longer));
    }

    [Fact]
    public async Task The_secret_is_the_owners_alone()
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        Syscall.Stat(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(Path.Combine(folder.Path, ".agentbay-store/urls/secret")), out var status).ThrowIfError("stat");
        Assert.Equal("600", Convert.ToString((int)(status.Mode & StatMode.PermissionMask), 8));
    }

    [Theory]
    [InlineData("DELETE", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", HttpStatusCode.OK)]
    public async Task Only_GET_HEAD_and_PUT_are_answered(string method, HttpStatusCode status)
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        _ = await store.PutAsync("key", "x"u8.ToArray(), new PutOptions(), Cancel);
        var signed = await store.PresignAsync("key", PresignedUse.Get, AMinute, Cancel);
        Assert.Equal(status, await StatusAsync(new HttpMethod(method), signed.Url));
    }

    [Theory]
    [InlineData("bytes=0-4", 206, "01234")]
    [InlineData("bytes=7-", 206, "789")]
    [InlineData("bytes=-2", 206, "89")]
    [InlineData("bytes=8-100", 206, "89")]
    [InlineData("bytes=10-", 416, "")]
    [InlineData("bytes=0-1,3-4", 200, "0123456789")]
    [InlineData("lines=1-2", 200, "0123456789")]
    public async Task Ranges_are_HTTPs(string range, int status, string body)
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        _ = await store.PutAsync("key", "0123456789"u8.ToArray(), new PutOptions(), Cancel);
        var signed = await store.PresignAsync("key", PresignedUse.Get, AMinute, Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, signed.Url);
        _ = request.Headers.TryAddWithoutValidation("Range", range);
        using var answer = await http.SendAsync(request, Cancel);
        Assert.Equal((status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel)));
    }

    [Fact]
    public async Task A_body_without_a_length_is_refused()
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        var signed = await store.PresignAsync("key", PresignedUse.Put, AMinute, Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Put, signed.Url) { Content = new ByteArrayContent(new byte[100]) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.LengthRequired, answer.StatusCode);
        Assert.Null(await store.HeadAsync("key", Cancel));
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nonly so much")]
    [InlineData("Content-Length: 20000000\r\n\r\nonly so much")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n50\r\nonly so much")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n")]
    public async Task A_body_that_breaks_off_stores_nothing(string rest)
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        _ = await store.PutAsync("key", "old"u8.ToArray(), new PutOptions(), Cancel);
        var signed = await store.PresignAsync("key", PresignedUse.Put, AMinute, Cancel);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, signed.Url.Port, Cancel);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {signed.Url.PathAndQuery} HTTP/1.1\r\nHost: {signed.Url.Authority}\r\n{rest}"), Cancel);
            client.Client.Shutdown(SocketShutdown.Send);
            _ = await stream.ReadAsync(new byte[1000], Cancel);
        }

        await endpoint!.DisposeAsync();   // Waits for the request.
        Assert.Equal(3, (await store.HeadAsync("key", Cancel))!.Size);
        Assert.Empty(await store.ListUploadsAsync("", Cancel));
    }

    [Fact]
    public async Task Many_requests_at_once_are_all_answered()
    {
        await using var endpoint = await store.ServeUrlsAsync(Cancel);
        var bodies = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var put = await store.PresignAsync($"key {i}", PresignedUse.Put, AMinute, Cancel);
            using var answer = await http.PutAsync(put.Url, new StringContent($"body {i}"), Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await http.GetStringAsync((await store.PresignAsync($"key {i}", PresignedUse.Get, AMinute, Cancel)).Url, Cancel);
        }));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"body {i}"), bodies);
    }

    private async Task AssertNobodyServesAsync()
    {
        var error = await Assert.ThrowsAsync<StoreException>(() => store.PresignAsync("key", PresignedUse.Get, AMinute, Cancel));
        Assert.Equal(StoreErrorKind.NoUrlEndpoint, error.Kind);
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, Uri url)
    {
        using var request = new HttpRequestMessage(method, url);
        using var answer = await http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }
}
