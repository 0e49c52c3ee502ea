using System.Net;
using AgentBay.ObjectStore.S3;
using AgentBay.Testing;
using Amazon.Runtime;

namespace AgentBay.ObjectStore.Tests.S3;

/// <summary>Keys that end under a running program.</summary>
public sealed class CredentialRotationTests
{
    private const string EmptyHash = "d41d8cd98f00b204e9800998ecf8427e";

    private readonly List<byte[]> bodies = [];
    private string newest = "key1";
    private int found;
    private bool canFind = true;

    /// <summary>So many refusals are held until all have come.</summary>
    private int refusedTogether;

    private readonly TaskCompletionSource allRefused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static S3Location Where => ((StoreLocation.Remote)StoreLocation.Parse("s3://bucket?region=r")).Where;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(400, "ExpiredToken")]
    [InlineData(403, "InvalidAccessKeyId")]
    [InlineData(400, "InvalidToken")]
    [InlineData(403, "InvalidSecurity")]
    public async Task A_call_whose_keys_have_ended_is_sent_again_whole_with_the_new_ones(int status, string code)
    {
        await using var store = NewStore(status, code);
        Assert.Empty((await store.ListAsync(new ListRequest(""), Cancel)).Objects);
        newest = "key2";
        byte[] body = new byte[100_000];
        Random.Shared.NextBytes(body);
        var answer = await Assert.ThrowsAsync<StoreException>(() => store.PutAsync("key", body, new PutOptions(), Cancel));   // The double answers the ETag of nothing.
        Assert.Equal(StoreErrorKind.Corrupt, answer.Kind);
        Assert.Equal(body, bodies[^1]);
        Assert.Equal(2, found);
    }

    [Fact]
    public async Task A_HEAD_which_cannot_say_why_it_is_refused_is_sent_again_too()
    {
        await using var store = NewStore(400, "ExpiredToken");
        newest = "key2";
        Assert.NotNull(await store.HeadAsync("key", Cancel));
    }

    [Fact]
    public async Task Keys_that_stay_refused_are_an_error_and_are_not_looked_for_at_every_call()
    {
        await using var store = NewStore(403, "InvalidAccessKeyId");
        newest = "none of ours";
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(StoreErrorKind.BadCredentials, (await Assert.ThrowsAsync<StoreException>(() => store.ListAsync(new ListRequest(""), Cancel))).Kind);
        }

        Assert.Equal(3, found);   // key1; key2, which is another one; key2 again, in vain.
    }

    [Fact]
    public async Task Many_calls_that_meet_the_end_renew_once()
    {
        await using var store = NewStore(400, "ExpiredToken");
        _ = await store.ListAsync(new ListRequest(""), Cancel);
        newest = "key2";
        refusedTogether = 20;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.ListAsync(new ListRequest(""), Cancel)));
        Assert.Equal((2, 0), (found, refusedTogether));
    }

    [Fact]
    public async Task To_fail_at_looking_for_others_is_not_done_at_every_call_either()
    {
        await using var store = NewStore(400, "ExpiredToken");
        _ = await store.ListAsync(new ListRequest(""), Cancel);
        newest = "key2";
        canFind = false;
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(StoreErrorKind.BadCredentials, (await Assert.ThrowsAsync<StoreException>(() => store.ListAsync(new ListRequest(""), Cancel))).Kind);
        }

        Assert.Equal(2, found);
    }

    [Fact]
    public async Task A_URL_is_signed_with_keys_that_have_not_ended()
    {
        await using var store = NewStore(403, "InvalidAccessKeyId");
        _ = await store.ListAsync(new ListRequest(""), Cancel);
        newest = "key2";
        Assert.Contains("key2", (await store.PresignAsync("key", PresignedUse.Get, TimeSpan.FromHours(1), Cancel)).Url.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_never_come_do_not_outlast_the_calls_deadline()
    {
        await using var store = new S3Store(Where, new ScriptedServer(_ => ScriptedServer.Ok(EmptyHash)), () => new HangingCredentials());
        using var deadline = new CancellationTokenSource();
        var head = store.HeadAsync("key", deadline.Token);
        await deadline.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => head.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    private sealed class HangingCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw new NotSupportedException();

        public override Task<ImmutableCredentials> GetCredentialsAsync() => new TaskCompletionSource<ImmutableCredentials>().Task;
    }

    private S3Store NewStore(int status, string code)
    {
        var server = new ScriptedServer(async request =>
        {
            byte[] body = request.Content == null ? [] : await request.Content.ReadAsByteArrayAsync(Cancel);
            lock (bodies)
            {
                bodies.Add(body);
            }

            bool good = request.Headers.GetValues("Authorization").Single().Contains($"Credential={newest}/", StringComparison.Ordinal);
            if (!good && Volatile.Read(ref refusedTogether) > 0)
            {
                if (Interlocked.Decrement(ref refusedTogether) == 0)
                {
                    allRefused.SetResult();
                }

                await allRefused.Task.WaitAsync(Cancel);
            }

            return !good ? request.Method == HttpMethod.Head ? new HttpResponseMessage((HttpStatusCode)status) : ScriptedServer.Error((HttpStatusCode)status, code)
                : request.Method == HttpMethod.Get ? ScriptedServer.Ok(body: "<?xml version=\"1.0\"?><ListBucketResult/>"u8.ToArray())
                : ScriptedServer.Ok(EmptyHash);
        });
        return new S3Store(Where, server, () => new BasicAWSCredentials(Find(), "secret")) { Time = new ManualTime() };
    }

    /// <summary>The first look finds key1, every other one key2.</summary>
    private string Find()
    {
        int look = Interlocked.Increment(ref found);
        return canFind ? $"key{Math.Min(look, 2)}" : throw new StoreException(StoreErrorKind.BadCredentials, "They cannot be found.");
    }
}
