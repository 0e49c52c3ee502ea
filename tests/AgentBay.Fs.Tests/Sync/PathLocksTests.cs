using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Sync;

public sealed class PathLocksTests
{
    private readonly PathLocks locks = new();

    [Fact]
    public async Task The_second_waits_for_the_first()
    {
        IDisposable first = await locks.EnterAsync(["a"], CancellationToken.None);
        Task<IDisposable> second = locks.EnterAsync(["a"], CancellationToken.None);
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public async Task Other_names_do_not_wait()
    {
        using IDisposable first = await locks.EnterAsync(["a"], CancellationToken.None);

        Assert.True(locks.EnterAsync(["b"], CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Two_that_want_the_same_names_in_another_order_both_get_them()
    {
        IDisposable[] both = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            using IDisposable entered = await locks.EnterAsync(i % 2 == 0 ? ["a", "b"] : ["b", "a"], CancellationToken.None);
            await Task.Yield();
            return entered;
        }));

        Assert.Equal(50, both.Length);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_leaves_nothing_taken()
    {
        IDisposable first = await locks.EnterAsync(["b"], CancellationToken.None);
        using var cancelled = new CancellationTokenSource();
        Task<IDisposable> second = locks.EnterAsync(["a", "b"], cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();

        Assert.True(locks.EnterAsync(["a", "b"], CancellationToken.None).IsCompletedSuccessfully);
    }
}
