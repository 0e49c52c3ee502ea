using AgentBay.ObjectStore.S3;
using AgentBay.Testing.Http;
using Amazon.Runtime;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>What the S3 store does beyond the contract, on the real server.</summary>
public sealed class S3StoreTests(S3StoreFixture fixture) : IClassFixture<S3StoreFixture>
{
    private const int MiB = 1 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private S3Location Where => ((StoreLocation.Remote)StoreLocation.Parse(fixture.Bucket.Url())).Where;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_object_too_large_for_one_copy_is_copied_in_parts(bool ontoItself)
    {
        await using var store = new S3Store(Where) { MaxCopySize = 8 * MiB, CopyPartSize = 5 * MiB };
        byte[] body = new byte[(12 * MiB) + 7];
        new Random(3).NextBytes(body);
        var put = await store.PutAsync("large ü", body, new PutOptions { Metadata = new Dictionary<string, string> { ["name"] = "grün" }, ContentType = "text/x-large" }, Cancel);
        string target = ontoItself ? "large ü" : "copy";
        var copy = await store.CopyAsync("large ü", target, new CopyOptions { SourceIfMatch = put.ETag }, Cancel);
        Assert.EndsWith("-3", copy!.ETag, StringComparison.Ordinal);
        var head = await store.HeadAsync(target, Cancel);
        Assert.Equal((copy.ETag, body.Length, "grün"), (head!.ETag, head.Size, head.Metadata["name"]));
        await using var content = await store.GetAsync(target, null, null, Cancel);
        var read = new MemoryStream();
        await content!.Body.CopyToAsync(read, Cancel);
        Assert.Equal(body, read.ToArray());
    }

    [Theory]
    [InlineData("create only")]
    [InlineData("replace")]
    [InlineData("onto itself")]
    public async Task A_copy_in_parts_does_not_replace_what_came_while_its_parts_were_copied(string condition)
    {
        await using var others = new S3Store(Where);
        string source = $"source {condition}", target = condition == "onto itself" ? source : $"target {condition}";
        _ = await others.PutAsync(source, new byte[12 * MiB], new PutOptions(), Cancel);
        var old = condition == "replace" ? await others.PutAsync(target, "old"u8.ToArray(), new PutOptions(), Cancel) : null;
        int copied = 0;
        await using var relay = new HttpRelay(new Uri(fixture.Bucket.Server.Endpoint), async (request, forward, cancel) =>
        {
            var answer = await forward(request);
            if (request.Header("x-amz-copy-source") != null && Interlocked.Increment(ref copied) == 3)
            {
                _ = await others.PutAsync(target, "theirs"u8.ToArray(), new PutOptions(), cancel);
            }

            return answer;
        });
        await using var store = new S3Store(Where with { Endpoint = new Uri($"http://127.0.0.1:{relay.Port}") }) { MaxCopySize = 8 * MiB, CopyPartSize = 5 * MiB };
        var options = new CopyOptions { Condition = condition switch { "create only" => PutCondition.Absent, "replace" => PutCondition.Match(old!.ETag), _ => PutCondition.None } };
        var error = await Assert.ThrowsAsync<StoreException>(() => store.CopyAsync(source, target, options, Cancel));
        Assert.Equal((StoreErrorKind.PreconditionFailed, 3), (error.Kind, copied));
        Assert.Equal(6, (await others.HeadAsync(target, Cancel))!.Size);
    }

    [Fact]
    public async Task The_prefix_of_the_URL_is_invisible()
    {
        await using var below = fixture.NewStore("deep/prefix");
        await using var whole = fixture.NewStore("");
        _ = await below.PutAsync("key", "x"u8.ToArray(), new PutOptions(), Cancel);
        Assert.Equal("key", Assert.Single((await below.ListAsync(new ListRequest(""), Cancel)).Objects).Key);
        Assert.Equal("deep/prefix/key", Assert.Single((await whole.ListAsync(new ListRequest("deep/"), Cancel)).Objects).Key);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_says_so()
    {
        await using var store = new S3Store(Where with { Bucket = "no-such-bucket-here" });
        var error = await Assert.ThrowsAsync<StoreException>(() => store.ListAsync(new ListRequest(""), Cancel));
        Assert.Equal(StoreErrorKind.NoSuchBucket, error.Kind);
        Assert.Contains("Create the bucket 'no-such-bucket-here'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_says_so()
    {
        await using var store = new S3Store(Where, null, () => new BasicAWSCredentials("testaccess", "wrong"));
        var error = await Assert.ThrowsAsync<StoreException>(() => store.ListAsync(new ListRequest(""), Cancel));
        Assert.Equal(StoreErrorKind.BadCredentials, error.Kind);
        Assert.Contains("Check AWS_ACCESS_KEY_ID", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_says_so()
    {
        _ = fixture.Bucket;
        await using var store = new S3Store(Where with { Endpoint = new Uri("http://127.0.0.1:1") });
        var error = await Assert.ThrowsAsync<StoreException>(() => store.ListAsync(new ListRequest(""), Cancel));
        Assert.Equal(StoreErrorKind.Unreachable, error.Kind);
        Assert.Contains("127.0.0.1:1", error.Message, StringComparison.Ordinal);
    }

}
