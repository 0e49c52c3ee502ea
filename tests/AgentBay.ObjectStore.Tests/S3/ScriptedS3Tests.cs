using System.Net;
using System.Security.Authentication;
using System.Text;
using AgentBay.ObjectStore.Retrying;
using AgentBay.ObjectStore.S3;
using AgentBay.Testing.Http;
using Amazon.Runtime;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>Servers that lie, break off or speak OSS's dialect, which the real one does not.</summary>
public sealed class ScriptedS3Tests
{
    private const string EmptyHash = "d41d8cd98f00b204e9800998ecf8427e";

    private static readonly BasicAWSCredentials Credentials = new("id", "secret");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stored_ETag_that_is_not_the_bytes_MD5_is_corrupt()
    {
        await using var store = NewStore("s3://bucket?region=r", new ScriptedServer(_ => ScriptedServer.Ok("0123456789abcdef0123456789abcdef")));
        await AssertKindAsync(StoreErrorKind.Corrupt, store.PutAsync("key", default, new PutOptions(), Cancel));
    }

    [Fact]
    public async Task A_small_put_is_sent_without_asking_first()
    {
        var server = new ScriptedServer(_ => ScriptedServer.Ok(EmptyHash));
        await using var store = NewStore("s3://bucket?region=r", server);
        _ = await store.PutAsync("key", default, new PutOptions(), Cancel);
        Assert.DoesNotContain("Expect", Assert.Single(server.Requests).Headers.Keys);
    }

    [Fact]
    public async Task An_ETag_under_KMS_is_no_MD5_and_is_not_compared()
    {
        await using var store = NewStore("s3://bucket?region=r", new ScriptedServer(_ =>
        {
            var response = ScriptedServer.Ok("0123456789abcdef0123456789abcdef");
            response.Headers.Add("x-amz-server-side-encryption", "aws:kms");
            return response;
        }));
        Assert.Equal("0123456789abcdef0123456789abcdef", (await store.PutAsync("key", default, new PutOptions(), Cancel)).ETag);
    }

    [Fact]
    public async Task A_body_shorter_than_its_length_is_corrupt_never_short()
    {
        await using var store = NewStore("s3://bucket?region=r", new ScriptedServer(_ => ScriptedServer.Ok(EmptyHash, new byte[5], claimedLength: 10)));
        await using var content = await store.GetAsync("key", null, null, Cancel);
        await AssertKindAsync(StoreErrorKind.Corrupt, content!.Body.CopyToAsync(Stream.Null, Cancel));
    }

    [Theory]
    [InlineData("list", 200)]
    [InlineData("upload", 200)]
    [InlineData("get", 403)]
    public async Task A_call_whose_answer_stalls_ends_at_its_deadline(string call, int status)
    {
        // After less than it promised the relay waits for the next request.
        var stalled = new RelayResponse(status, "", [new("Content-Type", "application/xml"), new("Content-Length", "1000")], "<?xml version=\"1.0\"?><"u8.ToArray());
        await using var relay = new HttpRelay(new Uri("http://127.0.0.1:9"), (_, _, _) => Task.FromResult<RelayResponse?>(stalled));
        var options = new StoreOpenOptions { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(1) };
        await using var store = new RetryingStore(NewStore("s3://bucket?endpoint=http://relay&region=r&pathStyle=true", relay.NewHandler()), options);

        Task called = call switch
        {
            "list" => store.ListAsync(new ListRequest(""), Cancel),
            "upload" => store.BeginMultipartAsync("key", new PutOptions(), Cancel),
            _ => store.GetAsync("key", null, null, Cancel),
        };

        await AssertKindAsync(StoreErrorKind.Unreachable, called.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_whole_read_is_held_to_the_objects_MD5(bool equal)
    {
        byte[] body = [1, 2, 3];
        string etag = equal ? ETags.Of(body) : EmptyHash;
        await using var store = new RetryingStore(NewStore("s3://bucket?region=r", new ScriptedServer(_ => ScriptedServer.Ok(etag, body))), new StoreOpenOptions { MaxRetries = 2 });
        await using var content = await store.GetAsync("key", null, null, Cancel);
        var read = content!.Body.CopyToAsync(Stream.Null, Cancel);
        if (equal)
        {
            await read;
        }
        else
        {
            await AssertKindAsync(StoreErrorKind.Corrupt, read);
        }
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_read_on_and_still_held_to_the_MD5()
    {
        byte[] body = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        var server = new ScriptedServer(request => request.Headers.Range?.Ranges.First().From is { } from
            ? ScriptedServer.Ok(ETags.Of(body), body[(int)from..])
            : ScriptedServer.Ok(ETags.Of(body), body[..40], claimedLength: 100));
        await using var store = new RetryingStore(NewStore("s3://bucket?region=r", server), new StoreOpenOptions { MaxRetries = 2 });
        await using var content = await store.GetAsync("key", null, null, Cancel);
        var read = new MemoryStream();
        await content!.Body.CopyToAsync(read, Cancel);
        Assert.Equal(body, read.ToArray());
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(403, "InvalidAccessKeyId", StoreErrorKind.BadCredentials)]
    [InlineData(403, "SignatureDoesNotMatch", StoreErrorKind.BadCredentials)]
    [InlineData(400, "ExpiredToken", StoreErrorKind.BadCredentials)]
    [InlineData(403, "RequestTimeTooSkewed", StoreErrorKind.BadCredentials)]
    [InlineData(403, "AccessDenied", StoreErrorKind.AccessDenied)]
    [InlineData(404, "NoSuchBucket", StoreErrorKind.NoSuchBucket)]
    [InlineData(412, "PreconditionFailed", StoreErrorKind.PreconditionFailed)]
    [InlineData(409, "FileAlreadyExists", StoreErrorKind.PreconditionFailed)]
    [InlineData(409, "ConditionalRequestConflict", StoreErrorKind.Busy)]
    [InlineData(503, "SlowDown", StoreErrorKind.Busy)]
    [InlineData(500, "InternalError", StoreErrorKind.Busy)]
    [InlineData(429, "TooManyRequests", StoreErrorKind.Busy)]
    [InlineData(400, "RequestTimeout", StoreErrorKind.Busy)]
    [InlineData(400, "BadDigest", StoreErrorKind.Corrupt)]
    [InlineData(400, "EntityTooLarge", StoreErrorKind.TooLarge)]
    [InlineData(400, "MetadataTooLarge", StoreErrorKind.TooLarge)]
    [InlineData(501, "NotImplemented", StoreErrorKind.Refused)]
    [InlineData(400, "SomethingNew", StoreErrorKind.Refused)]
    public async Task An_error_of_the_server_has_its_kind(int status, string code, StoreErrorKind kind)
    {
        var server = new ScriptedServer(_ => ScriptedServer.Error((HttpStatusCode)status, code));
        await using var store = NewStore("s3://bucket?region=r", server);
        string message = await AssertKindAsync(kind, store.PutAsync("key", default, new PutOptions(), Cancel));
        Assert.Contains(code, message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        _ = Assert.Single(server.Requests);   // The SDK itself does not try again.
    }

    [Theory]
    [InlineData("s3://bucket?region=r", true, "If-None-Match", "*")]
    [InlineData("s3://bucket?region=r", false, "If-Match", EmptyHash)]
    [InlineData("oss://bucket?endpoint=oss-cn-beijing.aliyuncs.com", true, "x-oss-forbid-overwrite", "true")]
    public async Task Puts_copies_and_completions_carry_their_condition_signed(string url, bool createOnly, string header, string value)
    {
        var server = new ScriptedServer(request => request.Method == HttpMethod.Head && createOnly && request.RequestUri!.AbsolutePath == "/key"
            ? new HttpResponseMessage(HttpStatusCode.NotFound)
            : AnswerWrite(request));
        await using var store = NewStore(url, server);
        var condition = createOnly ? PutCondition.Absent : PutCondition.Match($"\"{EmptyHash}\"");
        _ = await store.PutAsync("key", default, new PutOptions { Condition = condition }, Cancel);
        _ = await store.CopyAsync("source", "key", new CopyOptions { Condition = condition }, Cancel);
        await using var upload = await store.BeginMultipartAsync("key", new PutOptions { Condition = condition }, Cancel);
        await upload.UploadPartAsync(1, default, Cancel);
        _ = await upload.CompleteAsync(Cancel);
        var conditional = server.Requests.Where(r => r.Headers.GetValueOrDefault(header) == value).ToList();
        Assert.Equal(["PUT", "PUT", "POST"], conditional.Select(r => r.Method));
        Assert.All(conditional, r => Assert.Contains(header.ToLowerInvariant(), r.Headers["Authorization"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_that_went_before_its_write_came_is_a_failed_condition_though_AWS_says_404()
    {
        var server = new ScriptedServer(request => request.Headers.Contains("If-Match")
            ? ScriptedServer.Error(HttpStatusCode.NotFound, "NoSuchKey")
            : AnswerWrite(request));
        await using var store = NewStore("s3://bucket?region=r", server);
        var condition = PutCondition.Match(EmptyHash);
        await AssertKindAsync(StoreErrorKind.PreconditionFailed, store.PutAsync("key", default, new PutOptions { Condition = condition }, Cancel));
        await AssertKindAsync(StoreErrorKind.PreconditionFailed, store.CopyAsync("source", "key", new CopyOptions { Condition = condition }, Cancel));
        await using var upload = await store.BeginMultipartAsync("key", new PutOptions { Condition = condition }, Cancel);
        await upload.UploadPartAsync(1, default, Cancel);
        await AssertKindAsync(StoreErrorKind.PreconditionFailed, upload.CompleteAsync(Cancel));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_tried_again()
    {
        var server = new ScriptedServer(new Func<HttpRequestMessage, HttpResponseMessage>(_ =>
            throw new HttpRequestException("The SSL connection could not be established.", new AuthenticationException("The remote certificate is invalid."))));
        await using var store = new RetryingStore(NewStore("s3://bucket?region=r", server), StoreOpenOptions.Default);
        Assert.Contains("AWS_CA_BUNDLE", await AssertKindAsync(StoreErrorKind.Unreachable, store.HeadAsync("key", Cancel)), StringComparison.Ordinal);
        _ = Assert.Single(server.Requests);
    }

    [Fact]
    public async Task OSS_is_asked_at_the_buckets_own_host_and_creates_by_its_own_header()
    {
        var server = new ScriptedServer(_ => ScriptedServer.Ok(EmptyHash));
        await using var store = NewStore("oss://bucket/p?endpoint=oss-cn-beijing.aliyuncs.com", server);
        _ = await store.PutAsync("key", default, new PutOptions { Condition = PutCondition.Absent }, Cancel);
        var request = Assert.Single(server.Requests);
        Assert.Equal("https://bucket.s3.oss-cn-beijing.aliyuncs.com/p/key", request.Uri.ToString());
        Assert.Equal("true", request.Headers["x-oss-forbid-overwrite"]);
        Assert.DoesNotContain("If-None-Match", request.Headers.Keys);
        Assert.DoesNotContain("aws-chunked", request.Headers.GetValueOrDefault("Content-Encoding", ""), StringComparison.Ordinal);
        Assert.Contains("x-oss-forbid-overwrite", request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal((true, false, false), (store.Properties.ConditionalCreate, store.Properties.ConditionalReplace, store.Properties.ConditionalMultipart));
    }

    [Fact]
    public async Task OSS_replaces_only_after_a_HEAD_and_without_If_Match()
    {
        var server = new ScriptedServer(_ => ScriptedServer.Ok(EmptyHash));
        await using var store = NewStore("oss://bucket?endpoint=oss-cn-beijing.aliyuncs.com", server);
        _ = await store.PutAsync("key", default, new PutOptions { Condition = PutCondition.Match(EmptyHash) }, Cancel);
        Assert.Equal(["HEAD", "PUT"], server.Requests.Select(r => r.Method));
        Assert.DoesNotContain("If-Match", server.Requests[1].Headers.Keys);
        await AssertKindAsync(StoreErrorKind.PreconditionFailed, store.PutAsync("key", default, new PutOptions { Condition = PutCondition.Match("other") }, Cancel));
        Assert.Equal("HEAD", server.Requests[^1].Method);
    }

    [Fact]
    public async Task OSS_gets_the_MD5_of_a_batch_of_deletes()
    {
        var server = new ScriptedServer(_ => ScriptedServer.Ok(body: "<?xml version=\"1.0\"?><DeleteResult/>"u8.ToArray()));
        await using var store = NewStore("oss://bucket?endpoint=oss-cn-beijing.aliyuncs.com", server);
        Assert.Empty(await store.DeleteManyAsync(["a", "b"], Cancel));
        Assert.Equal(24, Assert.Single(server.Requests).Headers["Content-MD5"].Length);
    }

    /// <summary>To PUT, copy and each step of an upload, of objects and parts without a byte.</summary>
    private static HttpResponseMessage AnswerWrite(HttpRequestMessage request) => (request.Method.Method, request.RequestUri!.Query) switch
    {
        ("POST", "?uploads" or "?uploads=") => ScriptedServer.Ok(body: "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>"u8.ToArray()),
        ("POST", _) => ScriptedServer.Ok(body: Encoding.UTF8.GetBytes($"<CompleteMultipartUploadResult><ETag>{ETags.OfParts([Convert.FromHexString(EmptyHash)])}</ETag></CompleteMultipartUploadResult>")),
        ("PUT", _) when request.Headers.Contains("x-amz-copy-source") => ScriptedServer.Ok(body: Encoding.UTF8.GetBytes($"<CopyObjectResult><ETag>{EmptyHash}</ETag></CopyObjectResult>")),
        _ => ScriptedServer.Ok(EmptyHash),
    };

    private static S3Store NewStore(string url, HttpMessageHandler server) => new(((StoreLocation.Remote)StoreLocation.Parse(url)).Where, server, () => Credentials);

    private static async Task<string> AssertKindAsync(StoreErrorKind kind, Task call)
    {
        var error = await Assert.ThrowsAsync<StoreException>(() => call);
        Assert.True(error.Kind == kind, $"wanted {kind}: {error}");
        return error.Message;
    }
}
