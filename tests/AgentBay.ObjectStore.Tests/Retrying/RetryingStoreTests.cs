using System.Text;
using AgentBay.ObjectStore.Embedded;
using AgentBay.ObjectStore.Retrying;
using AgentBay.ObjectStore.Tests.Embedded;
using AgentBay.Testing;

namespace AgentBay.ObjectStore.Tests.Retrying;

public sealed class RetryingStoreTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new() { SkipsPauses = true };
    private readonly FaultyStore faulty;
    private readonly RetryingStore store;

    public RetryingStoreTests()
    {
        faulty = new FaultyStore(EmbeddedStore.Open(folder.Path));
        store = new RetryingStore(faulty, new StoreOpenOptions { Time = time, MaxRetries = 3, MaxConcurrency = 2 });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(StoreErrorKind.Unreachable, true)]
    [InlineData(StoreErrorKind.Busy, true)]
    [InlineData(StoreErrorKind.Corrupt, true)]
    [InlineData(StoreErrorKind.BadCredentials, false)]
    [InlineData(StoreErrorKind.AccessDenied, false)]
    [InlineData(StoreErrorKind.NoSuchBucket, false)]
    [InlineData(StoreErrorKind.PreconditionFailed, false)]
    [InlineData(StoreErrorKind.TooLarge, false)]
    [InlineData(StoreErrorKind.Refused, false)]
    public async Task Only_a_transient_failure_is_tried_again(StoreErrorKind kind, bool again)
    {
        faulty.Fail(StoreCall.Put, 1, kind);
        var put = store.PutAsync("key", Bytes("x"), new PutOptions(), Cancel);
        if (again)
        {
            _ = await put;
        }
        else
        {
            Assert.Equal(kind, (await Assert.ThrowsAsync<StoreException>(() => put)).Kind);
        }

        Assert.Equal(again ? 2 : 1, faulty.Count(StoreCall.Put));
    }

    [Fact]
    public async Task It_gives_up_after_the_tries_with_the_last_error_and_growing_pauses()
    {
        faulty.IsDown = true;
        Assert.Equal(StoreErrorKind.Unreachable, (await Assert.ThrowsAsync<StoreException>(() => store.HeadAsync("key", Cancel))).Kind);
        Assert.Equal(4, faulty.Count(StoreCall.Head));
        AssertPausesGrow();
    }

    [Fact]
    public async Task A_store_that_comes_back_is_found()
    {
        faulty.IsDown = true;
        faulty.BeforeCall = (_, _) =>
        {
            faulty.IsDown = faulty.Count(StoreCall.List) < 3;
            return Task.CompletedTask;
        };
        Assert.Empty((await store.ListAsync(new ListRequest(""), Cancel)).Objects);
    }

    [Fact]
    public async Task A_try_that_hangs_ends_at_its_deadline_and_is_tried_again()
    {
        var entered = new TaskCompletionSource();
        faulty.BeforeCall = async (_, cancel) =>
        {
            if (faulty.Count(StoreCall.Head) == 1)
            {
                entered.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            }
        };
        var head = store.HeadAsync("key", Cancel);
        await entered.Task;
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(1, faulty.Count(StoreCall.Head));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await head);
        Assert.Equal(2, faulty.Count(StoreCall.Head));
    }

    [Fact]
    public async Task A_body_gives_its_try_more_time()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        faulty.BeforeCall = async (_, cancel) =>
        {
            entered.SetResult();
            await release.Task.WaitAsync(cancel);
        };
        var put = store.PutAsync("key", new byte[10 << 20], new PutOptions(), Cancel);
        await entered.Task;
        time.Advance(TimeSpan.FromSeconds(29));
        release.SetResult();
        _ = await put;
        Assert.Equal(1, faulty.Count(StoreCall.Put));
    }

    [Fact]
    public async Task The_callers_cancellation_is_no_failure_of_the_store()
    {
        using var cancelled = new CancellationTokenSource();
        faulty.BeforeCall = async (_, cancel) =>
        {
            await cancelled.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        };
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.HeadAsync("key", cancelled.Token));
        Assert.Equal(1, faulty.Count(StoreCall.Head));
    }

    [Fact]
    public async Task No_more_requests_than_allowed_run_at_once()
    {
        int running = 0, most = 0;
        faulty.BeforeCall = async (_, _) =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            _ = Interlocked.Decrement(ref running);
        };
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => store.HeadAsync($"{i}", Cancel)));
        Assert.InRange(most, 1, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_create_only_put_whose_answer_was_lost_is_a_success(bool givenId)
    {
        var metadata = givenId ? new Dictionary<string, string> { ["agentbay-op"] = "op-1" } : [];
        faulty.Fail(StoreCall.Put, afterEffect: true);
        var put = await store.PutAsync("key", Bytes("x"), new PutOptions { Condition = PutCondition.Absent, Metadata = metadata }, Cancel);
        Assert.Equal((await store.HeadAsync("key", Cancel))!.ETag, put.ETag);
        Assert.Equal(2, faulty.Count(StoreCall.Put));
    }

    [Fact]
    public async Task A_replacing_put_whose_answer_was_lost_is_a_success()
    {
        var old = await store.PutAsync("key", Bytes("old"), new PutOptions(), Cancel);
        faulty.Fail(StoreCall.Put, afterEffect: true);
        var put = await store.PutAsync("key", Bytes("new"), new PutOptions { Condition = PutCondition.Match(old.ETag) }, Cancel);
        Assert.Equal((await store.HeadAsync("key", Cancel))!.ETag, put.ETag);
    }

    [Fact]
    public async Task A_create_only_put_that_another_was_before_fails()
    {
        _ = await store.PutAsync("key", Bytes("theirs"), new PutOptions { Condition = PutCondition.Absent }, Cancel);
        faulty.Fail(StoreCall.Put);
        var error = await Assert.ThrowsAsync<StoreException>(() => store.PutAsync("key", Bytes("theirs"), new PutOptions { Condition = PutCondition.Absent }, Cancel));
        Assert.Equal(StoreErrorKind.PreconditionFailed, error.Kind);
    }

    [Fact]
    public async Task The_same_operation_again_after_a_restart_is_a_success()
    {
        var options = new PutOptions { Condition = PutCondition.Absent, Metadata = new Dictionary<string, string> { ["agentbay-op"] = "op-1" } };
        var first = await store.PutAsync("key", Bytes("x"), options, Cancel);
        Assert.Equal(first.ETag, (await store.PutAsync("key", Bytes("x"), options, Cancel)).ETag);
    }

    [Fact]
    public async Task An_upload_whose_completions_answer_was_lost_is_a_success()
    {
        await using var upload = await store.BeginMultipartAsync("key", new PutOptions { Condition = PutCondition.Absent }, Cancel);
        faulty.Fail(StoreCall.UploadPart);
        await upload.UploadPartAsync(1, Bytes("part"), Cancel);
        faulty.Fail(StoreCall.CompleteMultipart, afterEffect: true);
        var done = await upload.CompleteAsync(Cancel);
        Assert.Equal((await store.HeadAsync("key", Cancel))!.ETag, done.ETag);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_create_only_copy_whose_answer_was_lost_is_a_success(bool newMetadata)
    {
        _ = await store.PutAsync("source", Bytes("x"), new PutOptions(), Cancel);
        faulty.Fail(StoreCall.Copy, afterEffect: true);
        var options = new CopyOptions { Condition = PutCondition.Absent, Metadata = newMetadata ? ObjectInfo.NoMetadata : null };
        var copy = await store.CopyAsync("source", "key", options, Cancel);
        Assert.Equal((await store.HeadAsync("key", Cancel))!.ETag, copy!.ETag);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_read_on()
    {
        byte[] body = new byte[100_000];
        new Random(1).NextBytes(body);
        _ = await store.PutAsync("key", body, new PutOptions(), Cancel);
        faulty.BreakBody(10, 1);
        faulty.BreakBody(50_000, 2);
        faulty.BreakBody(0, 3);
        await using var content = await store.GetAsync("key", new ByteRange(5, 99_000), null, Cancel);
        var read = new MemoryStream();
        await content!.Body.CopyToAsync(read, Cancel);
        Assert.Equal(body[5..99_005], read.ToArray());
        Assert.Equal(4, faulty.Count(StoreCall.Get));
    }

    [Fact]
    public async Task A_body_that_always_breaks_off_fails_in_the_end()
    {
        _ = await store.PutAsync("key", new byte[100], new PutOptions(), Cancel);
        for (int i = 1; i <= 20; i++)
        {
            faulty.BreakBody(0, i);
        }

        await using var content = await store.GetAsync("key", null, null, Cancel);
        _ = await Assert.ThrowsAsync<StoreException>(() => content!.Body.CopyToAsync(Stream.Null, Cancel));
        Assert.Equal(4, faulty.Count(StoreCall.Get));
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_on_has_the_tries_and_pauses_of_every_call()
    {
        _ = await store.PutAsync("key", new byte[100], new PutOptions(), Cancel);
        faulty.BreakBody(10, 1);
        await using var content = await store.GetAsync("key", null, null, Cancel);
        await content!.Body.ReadExactlyAsync(new byte[10], Cancel);
        faulty.IsDown = true;
        _ = await Assert.ThrowsAsync<StoreException>(() => content.Body.CopyToAsync(Stream.Null, Cancel));
        Assert.Equal(4, faulty.Count(StoreCall.Get));
        AssertPausesGrow();
    }

    [Fact]
    public async Task A_body_is_never_read_on_in_another_version()
    {
        _ = await store.PutAsync("key", Bytes("one version"), new PutOptions(), Cancel);
        faulty.BreakBody(3);
        await using var content = await store.GetAsync("key", null, null, Cancel);
        _ = await store.PutAsync("key", Bytes("two version"), new PutOptions(), Cancel);
        var error = await Assert.ThrowsAsync<StoreException>(() => content!.Body.CopyToAsync(Stream.Null, Cancel));
        Assert.Equal(StoreErrorKind.PreconditionFailed, error.Kind);
    }

    /// <summary>A pause is random and may be shorter than the one before it; what doubles are the bounds of their sum.</summary>
    private void AssertPausesGrow()
    {
        double[] sums = [.. time.Pauses.Select((_, i) => time.Pauses.Take(i + 1).Sum(static pause => pause.TotalMilliseconds))];
        Assert.Equal(3, sums.Length);
        Assert.InRange(sums[0], 0, 300);
        Assert.InRange(sums[1], 250, 600);
        Assert.InRange(sums[2], 550, 1200);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
