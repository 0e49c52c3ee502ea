using System.Net;
using System.Net.Sockets;
using System.Text;
using AgentBay.ObjectStore.Embedded;
using AgentBay.ObjectStore.Tests.Embedded;
using AgentBay.ObjectStore.Urls;
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

    private static readonly UrlServing Own = new();
    private static readonly UrlServing ForOthers = new() { ForOtherProcesses = true };

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
        await (await store.ServeUrlsAsync(Own, Cancel))!.DisposeAsync();
        await AssertNobodyServesAsync();
    }

    [Fact]
    public async Task Another_process_signs_for_an_endpoint_that_runs_for_others()
    {
        await using var endpoint = await store.ServeUrlsAsync(ForOthers, Cancel);
        await using var other = EmbeddedStore.Open(folder.Path, time);
        _ = await store.PutAsync("key", "bytes"u8.ToArray(), new PutOptions(), Cancel);
        var signed = await other.PresignAsync("key", PresignedUse.Get, AMinute, Cancel);
        Assert.Equal(endpoint!.Url.Authority, signed.Url.Authority);
        Assert.Equal("127.0.0.1", signed.Url.Host);
        Assert.Equal("bytes", await http.GetStringAsync(signed.Url, Cancel));
    }

    [Fact]
    public async Task Nobody_else_signs_for_an_endpoint_that_ends_when_its_process_likes()
    {
        await using var other = EmbeddedStore.Open(folder.Path, time);
        await using var endpoint = await other.ServeUrlsAsync(Own, Cancel);
        await AssertNobodyServesAsync();
        Assert.Equal(endpoint!.Url.Authority, (await other.PresignAsync("key", PresignedUse.Get, AMinute, Cancel)).Url.Authority);
    }

    [Fact]
    public async Task Who_serves_signs_for_itself_though_another_serves_for_all()
    {
        await using var other = EmbeddedStore.Open(folder.Path, time);
        await using var others = await other.ServeUrlsAsync(ForOthers, Cancel);
        await using var own = await store.ServeUrlsAsync(Own, Cancel);
        Assert.Equal(own!.Url.Authority, (await store.PresignAsync("key", PresignedUse.Get, AMinute, Cancel)).Url.Authority);
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
        await using var first = await store.ServeUrlsAsync(ForOthers, Cancel);
        var second = await store.ServeUrlsAsync(ForOthers, Cancel);
        await using var other = EmbeddedStore.Open(folder.Path, time);
        await first!.DisposeAsync();
        Assert.Equal(second!.Url.Authority, (await other.PresignAsync("key", PresignedUse.Get, AMinute, Cancel)).Url.Authority);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_URL_ends_at_its_time_which_nobody_can_move()
    {
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
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
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
        Syscall.Stat(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(Path.Combine(folder.Path, ".agentbay-store/urls/secret")), out var status).ThrowIfError("stat");
        Assert.Equal("600", Convert.ToString((int)(status.Mode & StatMode.PermissionMask), 8));
    }

    [Theory]
    [InlineData("DELETE", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", HttpStatusCode.OK)]
    public async Task Only_GET_HEAD_and_PUT_are_answered(string method, HttpStatusCode status)
    {
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
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
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
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
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
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
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
        _ = await store.PutAsync("key", "old"u8.ToArray(), new PutOptions(), Cancel);
        var signed = await store.PresignAsync("key", PresignedUse.Put, AMinute, Cancel);
        using (var client = await SendAsync(signed.Url, rest))
        {
            client.Socket.Shutdown(SocketShutdown.Send);
            _ = await ReadAsync(client);
        }

        await endpoint!.DisposeAsync();   // Waits for the request.
        Assert.Equal(3, (await store.HeadAsync("key", Cancel))!.Size);
        Assert.Empty(await store.ListUploadsAsync("", Cancel));
    }

    [Fact]
    public async Task Many_requests_at_once_are_all_answered()
    {
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
        var bodies = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var put = await store.PresignAsync($"key {i}", PresignedUse.Put, AMinute, Cancel);
            using var answer = await http.PutAsync(put.Url, new StringContent($"body {i}"), Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await http.GetStringAsync((await store.PresignAsync($"key {i}", PresignedUse.Get, AMinute, Cancel)).Url, Cancel);
        }));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"body {i}"), bodies);
    }

    [Fact]
    public async Task A_claim_of_more_than_fits_into_small_parts_is_refused_before_there_is_a_buffer_for_it()
    {
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
        Assert.Equal(10_000 * 32L << 20, BodyUpload.Longest(store.Properties));
        Assert.StartsWith("HTTP/1.1 413 ", await AnswerToAsync($"Content-Length: {BodyUpload.Longest(store.Properties) + 1}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_send_nothing_give_way_to_a_request_that_waits()
    {
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
        _ = await store.PutAsync("key", "bytes"u8.ToArray(), new PutOptions(), Cancel);
        var put = await store.PresignAsync("other", PresignedUse.Put, TimeSpan.FromHours(1), Cancel);
        var get = await store.PresignAsync("key", PresignedUse.Get, TimeSpan.FromHours(1), Cancel);
        var idle = new List<NetworkStream>();
        try
        {
            for (int i = 0; i < 8; i++)
            {
                idle.Add(await SendAsync(put.Url, "Content-Length: 100\r\n\r\na little"));
            }

            Task<string> waiting = http.GetStringAsync(get.Url, Cancel);
            for (int seconds = 0; seconds < 40 && !waiting.IsCompleted; seconds++)
            {
                await Task.Delay(200, Cancel);
                time.Advance(TimeSpan.FromSeconds(1));
            }

            Assert.Equal("bytes", await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
        }
        finally
        {
            idle.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_client_that_pauses_is_waited_for_while_nobody_else_wants_its_slot()
    {
        await using var endpoint = await store.ServeUrlsAsync(Own, Cancel);
        var put = await store.PresignAsync("key", PresignedUse.Put, TimeSpan.FromHours(1), Cancel);
        using var client = await SendAsync(put.Url, "Content-Length: 10\r\n\r\n01234");
        for (int seconds = 0; seconds < 40; seconds++)
        {
            await Task.Delay(10, Cancel);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await client.WriteAsync("56789"u8.ToArray(), Cancel);
        Assert.StartsWith("HTTP/1.1 200 ", await ReadAsync(client), StringComparison.Ordinal);
        Assert.Equal(10, (await store.HeadAsync("key", Cancel))!.Size);
    }

    [Theory]
    [InlineData(1, "as it was")]   // Before the body.
    [InlineData(2, "as it was")]   // Before the object is stored.
    [InlineData(3, null)]          // After that: what it replaced is gone already.
    public async Task A_PUT_that_is_refused_says_why_and_leaves_nothing(int refusedAt, string? left)
    {
        string? asked = null;
        await using var endpoint = await store.ServeUrlsAsync(
            new UrlServing { GuardOf = key => new Guard(time => { asked = key; return time == refusedAt; }) }, Cancel);
        _ = await store.PutAsync("key", "as it was"u8.ToArray(), new PutOptions(), Cancel);
        foreach (int size in (int[])[100, 9 << 20])
        {
            var put = await store.PresignAsync("key", PresignedUse.Put, AMinute, Cancel);
            using var answer = await http.PutAsync(put.Url, new ByteArrayContent(new byte[size]), Cancel);
            Assert.Equal((HttpStatusCode.Conflict, "not now\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel)));
        }

        Assert.Equal("key", asked);
        Assert.Equal(left?.Length, (await store.HeadAsync("key", Cancel))?.Size);
        Assert.Empty(await store.ListUploadsAsync("", Cancel));
    }

    [Fact]
    public async Task A_PUT_whose_parts_were_taken_away_with_its_place_says_that()
    {
        bool cleared = false;
        await using var endpoint = await store.ServeUrlsAsync(new UrlServing { GuardOf = _ => new Guard(_ => cleared) }, Cancel);
        var put = await store.PresignAsync("key", PresignedUse.Put, AMinute, Cancel);
        await using var client = await SendAsync(put.Url, $"Content-Length: {16 << 20}\r\n\r\n");
        await client.WriteAsync(new byte[(8 << 20) + 1], Cancel);
        await Eventually.HappensAsync(async () => await store.ListUploadsAsync("", Cancel) is [{ } upload] && await TakeAwayAsync(upload), Cancel);
        await client.WriteAsync(new byte[(8 << 20) - 1], Cancel);
        Assert.StartsWith("HTTP/1.1 409 ", await ReadAsync(client), StringComparison.Ordinal);

        async Task<bool> TakeAwayAsync(PendingUpload upload)
        {
            cleared = true;
            await store.AbortUploadAsync(upload.Key, upload.Id, Cancel);
            return true;
        }
    }

    /// <summary>The beginning of what a PUT of "key" is answered.</summary>
    private async Task<string> AnswerToAsync(string rest)
    {
        using var client = await SendAsync((await store.PresignAsync("key", PresignedUse.Put, AMinute, Cancel)).Url, rest);
        return await ReadAsync(client);
    }

    private static async Task<string> ReadAsync(NetworkStream client)
    {
        var answer = new byte[1000];
        return Encoding.ASCII.GetString(answer, 0, await client.ReadAsync(answer, Cancel));
    }

    private static async Task<NetworkStream> SendAsync(Uri url, string rest)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, url.Port, Cancel);
        var client = new NetworkStream(socket, ownsSocket: true);
        await client.WriteAsync(Encoding.ASCII.GetBytes($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\n{rest}"), Cancel);
        return client;
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

    /// <param name="refuses">Given how many times it was asked.</param>
    private sealed class Guard(Predicate<int> refuses) : IPutGuard
    {
        private int times;

        public Task CheckAsync(CancellationToken cancellationToken) =>
            refuses(++times) ? Task.FromException(new PutRefusedException("not now")) : Task.CompletedTask;
    }
}
