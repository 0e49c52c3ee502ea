using System.Collections.Concurrent;
using System.Net;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>Answers the SDK's requests in memory: for what no real server does on demand.</summary>
internal sealed class ScriptedServer(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    private readonly ConcurrentQueue<(string Method, Uri Uri, Dictionary<string, string> Headers)> requests = new();

    internal ScriptedServer(Func<HttpRequestMessage, HttpResponseMessage> answer)
        : this(request => Task.FromResult(answer(request)))
    {
    }

    internal IReadOnlyList<(string Method, Uri Uri, Dictionary<string, string> Headers)> Requests => [.. requests];

    internal static HttpResponseMessage Ok(string? etag = null, byte[]? body = null, long? claimedLength = null)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(body ?? [])) };
        response.Content.Headers.ContentLength = claimedLength ?? body?.Length ?? 0;
        response.Content.Headers.LastModified = DateTimeOffset.UnixEpoch;
        _ = etag == null || response.Headers.TryAddWithoutValidation("ETag", $"\"{etag}\"");
        return response;
    }

    internal static HttpResponseMessage Error(HttpStatusCode status, string code) => new(status)
    {
        Content = new StringContent($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as scripted</Message></Error>", System.Text.Encoding.UTF8, "application/xml"),
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        requests.Enqueue((request.Method.Method, request.RequestUri!, headers));
        var response = await answer(request);
        response.RequestMessage = request;
        return response;
    }
}
