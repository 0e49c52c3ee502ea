using System.Globalization;
using System.Net;
using System.Text;

namespace AgentBay.ObjectStore.Urls;

/// <summary>
/// Answers one request of a <see cref="UrlEndpoint"/>: GET with Range, HEAD, PUT. A client that neither sends nor takes for <see cref="IdleTimeout"/> is left, and
/// after <see cref="IdleTimeoutWhenAwaited"/> where another request waits for its slot.
/// </summary>
internal sealed class UrlRequests(IObjectStore store, UrlSigner signer, Func<string, IPutGuard>? guardOf, RequestSlots slots, TimeProvider time)
{
    private const int CopySize = 128 << 10;

    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdleTimeoutWhenAwaited = TimeSpan.FromSeconds(5);

    internal async Task AnswerAsync(HttpListenerContext context, CancellationToken cancellationToken)
    {
        try
        {
            await DispatchAsync(context, cancellationToken).ConfigureAwait(false);
            context.Response.Close();
        }
        catch (StoreException e)
        {
            Fail(context.Response, StatusOf(e.Kind), "");
        }
        catch (PutRefusedException e)
        {
            Fail(context.Response, HttpStatusCode.Conflict, e.Message + "\n");
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or TimeoutException)
        {
            // The client went away or breaks HTTP, or we end: the connection says so, and a PUT has stored nothing.
            context.Response.Abort();
        }
    }

    private async Task DispatchAsync(HttpListenerContext context, CancellationToken cancellationToken)
    {
        var (request, response) = (context.Request, context.Response);
        PresignedUse? use = request.HttpMethod switch
        {
            "GET" or "HEAD" => PresignedUse.Get,
            "PUT" => PresignedUse.Put,
            _ => null,
        };
        if (use == null)
        {
            response.Headers["Allow"] = "GET, HEAD, PUT";
            response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
        }
        else if (request.Url == null || signer.Verify(use.Value, request.Url, time.GetUtcNow()) is not { } key)
        {
            response.StatusCode = (int)HttpStatusCode.Forbidden;
        }
        else if (use == PresignedUse.Put)
        {
            await PutAsync(key, request, response, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await GetAsync(key, request, response, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task GetAsync(string key, HttpListenerRequest request, HttpListenerResponse response, CancellationToken cancellationToken)
    {
        var head = await store.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        if (head == null)
        {
            response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }

        response.Headers["ETag"] = $"\"{head.ETag}\"";
        response.Headers["Last-Modified"] = head.LastModified.ToString("r", CultureInfo.InvariantCulture);
        response.Headers["Accept-Ranges"] = "bytes";
        response.ContentType = "application/octet-stream";
        var range = HttpRange.Parse(request.Headers["Range"], head.Size);
        if (range is { IsSatisfiable: false })
        {
            response.StatusCode = (int)HttpStatusCode.RequestedRangeNotSatisfiable;
            response.Headers["Content-Range"] = $"bytes */{head.Size}";
            return;
        }

        var (offset, length) = (range?.Offset ?? 0, range?.Length ?? head.Size);
        if (range != null)
        {
            response.StatusCode = (int)HttpStatusCode.PartialContent;
            response.Headers["Content-Range"] = $"bytes {offset}-{offset + length - 1}/{head.Size}";
        }

        response.ContentLength64 = length;
        if (request.HttpMethod == "GET" && length > 0)
        {
            await using var content = await store.GetAsync(key, new ByteRange(offset, length), head.ETag, cancellationToken).ConfigureAwait(false)
                ?? throw new StoreException(StoreErrorKind.Busy, $"{StoreKey.Show(key)} was deleted while it was being read.");
            await CopyAsync(content.Body, response.OutputStream, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[CopySize];
        while (await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is int count and > 0)
        {
            await UnlessIdleAsync(to.WriteAsync(buffer.AsMemory(0, count), cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PutAsync(string key, HttpListenerRequest request, HttpListenerResponse response, CancellationToken cancellationToken)
    {
        long length = request.ContentLength64;
        if (length < 0 || length > BodyUpload.Longest(store.Properties))
        {
            // As S3, no body in chunks: HttpListener takes one that breaks off for a whole one.
            response.StatusCode = (int)(length < 0 ? HttpStatusCode.LengthRequired : HttpStatusCode.RequestEntityTooLarge);
            return;
        }

        var guard = guardOf?.Invoke(key);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        PutResult result;
        try
        {
            result = await BodyUpload.RunAsync(store, key, length, ReadAsync, CheckAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // Who empties a place also takes uploads that are under way there: then that is the reason.
            await CheckAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }

        await ConfirmAsync(guard, key, result.ETag).ConfigureAwait(false);
        response.Headers["ETag"] = $"\"{result.ETag}\"";
        response.ContentLength64 = 0;

        Task CheckAsync(CancellationToken cancel) => guard?.CheckAsync(cancel) ?? Task.CompletedTask;

        async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
        {
            Task<int> step = request.InputStream.ReadAsync(buffer, cancel).AsTask();
            await UnlessIdleAsync(step, cancel).ConfigureAwait(false);
            return await step.ConfigureAwait(false);
        }
    }

    /// <summary>What was stored where nothing may be stored any more goes again, also when we end.</summary>
    private async Task ConfirmAsync(IPutGuard? guard, string key, string etag)
    {
        try
        {
            await (guard?.CheckAsync(CancellationToken.None) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (PutRefusedException)
        {
            await store.DeleteVersionAsync(key, etag, CancellationToken.None).ConfigureAwait(false); // Another's in its place is not ours to judge.
            throw;
        }
    }

    /// <exception cref="TimeoutException">The client does nothing.</exception>
    private async Task UnlessIdleAsync(Task step, CancellationToken cancellationToken)
    {
        for (var idle = IdleTimeoutWhenAwaited; ; idle += IdleTimeoutWhenAwaited)
        {
            try
            {
                await step.WaitAsync(IdleTimeoutWhenAwaited, time, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException) when (idle < IdleTimeout && !slots.AreAwaited)
            {
                // Its slot is wanted by nobody.
            }
        }
    }

    private static void Fail(HttpListenerResponse response, HttpStatusCode status, string message)
    {
        try
        {
            response.StatusCode = (int)status;
            response.ContentType = "text/plain; charset=utf-8";
            response.Close(Encoding.UTF8.GetBytes(message), willBlock: true);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpListenerException or ObjectDisposedException or IOException)
        {
            // The head has been sent: only a broken connection tells that the body is not whole.
            response.Abort();
        }
    }

#pragma warning disable CS8524 // A new member must break the build here, so no default arm.
    private static HttpStatusCode StatusOf(StoreErrorKind kind) => kind switch
    {
        StoreErrorKind.Unreachable or StoreErrorKind.Busy or StoreErrorKind.PreconditionFailed => HttpStatusCode.ServiceUnavailable,   // Replaced while it was read.
        StoreErrorKind.TooLarge => HttpStatusCode.RequestEntityTooLarge,
        StoreErrorKind.Refused => HttpStatusCode.BadRequest,
        StoreErrorKind.BadCredentials or StoreErrorKind.AccessDenied or StoreErrorKind.NoSuchBucket or StoreErrorKind.Corrupt or StoreErrorKind.NoUrlEndpoint
            => HttpStatusCode.InternalServerError,
    };
}
