using System.Net;
using System.Net.Http.Headers;

namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    private static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);

    /// <summary>A client as anyone has it; the handler reaches hosts that only the test knows.</summary>
    protected virtual HttpMessageHandler NewHttpHandler() => new SocketsHttpHandler();

    [Fact]
    public async Task Anyone_with_a_presigned_URL_reads_the_object_whole_or_in_part()
    {
        string key = NewPrefix() + "a folder/grüße & co.txt";
        byte[] body = RandomBytes(300_000, 1);
        _ = await Store.PutAsync(key, body, new PutOptions { Metadata = Some }, Cancel);
        await using var endpoint = await Store.ServeUrlsAsync(new UrlServing(), Cancel);
        var signed = await Store.PresignAsync(key, PresignedUse.Get, AMinute, Cancel);
        Assert.InRange(signed.ExpiresAt - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(61));
        using var http = new HttpClient(NewHttpHandler());
        Assert.Equal(body, await http.GetByteArrayAsync(signed.Url, Cancel));
        using var part = new HttpRequestMessage(HttpMethod.Get, signed.Url) { Headers = { Range = new RangeHeaderValue(100, 199) } };
        using var answer = await http.SendAsync(part, Cancel);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(body[100..200], await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal((100, 199, 300_000), (answer.Content.Headers.ContentRange!.From, answer.Content.Headers.ContentRange.To, answer.Content.Headers.ContentRange.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(9 * MiB)]
    public async Task Anyone_with_a_presigned_URL_replaces_the_object(int size)
    {
        string key = NewPrefix() + "folder/object";
        _ = await PutAsync(key, "old");
        byte[] body = RandomBytes(size, size);
        await using var endpoint = await Store.ServeUrlsAsync(new UrlServing(), Cancel);
        var signed = await Store.PresignAsync(key, PresignedUse.Put, AMinute, Cancel);
        using var http = new HttpClient(NewHttpHandler());
        using var answer = await http.PutAsync(signed.Url, new ByteArrayContent(body), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(body, await ReadAsync(key));
    }

    [Fact]
    public async Task A_presigned_URL_is_good_for_its_key_and_its_use_only()
    {
        string prefix = NewPrefix();
        _ = await PutAsync(prefix + "one", "one");
        _ = await PutAsync(prefix + "two", "two");
        await using var endpoint = await Store.ServeUrlsAsync(new UrlServing(), Cancel);
        var get = await Store.PresignAsync(prefix + "one", PresignedUse.Get, AMinute, Cancel);
        var other = await Store.PresignAsync(prefix + "two", PresignedUse.Get, AMinute, Cancel);
        using var http = new HttpClient(NewHttpHandler());
        using var put = await http.PutAsync(get.Url, new ByteArrayContent(Bytes("evil")), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, put.StatusCode);
        using var mixed = await http.GetAsync(new Uri(other.Url, other.Url.AbsolutePath + get.Url.Query), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, mixed.StatusCode);
        using var bare = await http.GetAsync(new Uri(get.Url, get.Url.AbsolutePath), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, bare.StatusCode);
        Assert.Equal("one", await ReadTextAsync(prefix + "one"));
    }

    [Fact]
    public async Task A_presigned_URL_of_what_is_not_there_says_404()
    {
        await using var endpoint = await Store.ServeUrlsAsync(new UrlServing(), Cancel);
        var signed = await Store.PresignAsync(NewPrefix() + "nothing", PresignedUse.Get, AMinute, Cancel);
        using var http = new HttpClient(NewHttpHandler());
        using var answer = await http.GetAsync(signed.Url, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_URL_lives_from_a_second_to_the_stores_limit()
    {
        await using var endpoint = await Store.ServeUrlsAsync(new UrlServing(), Cancel);
        foreach (var lifetime in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1), Store.Properties.MaxUrlLifetime + AMinute })
        {
            _ = await AssertFailsAsync(StoreErrorKind.Refused, () => Store.PresignAsync("key", PresignedUse.Get, lifetime, Cancel));
        }

        _ = await Store.PresignAsync("key", PresignedUse.Get, Store.Properties.MaxUrlLifetime, Cancel);
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task An_odd_key_has_a_presigned_URL(string name, string odd)
    {
        _ = name;
        string key = NewPrefix() + odd;
        _ = await PutAsync(key, "body of " + odd);
        await using var endpoint = await Store.ServeUrlsAsync(new UrlServing(), Cancel);
        var signed = await Store.PresignAsync(key, PresignedUse.Get, AMinute, Cancel);
        using var http = new HttpClient(NewHttpHandler());
        Assert.Equal("body of " + odd, await http.GetStringAsync(signed.Url, Cancel));
    }
}
