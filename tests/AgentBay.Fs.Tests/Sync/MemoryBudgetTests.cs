using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Tests.Sync;

public sealed class MemoryBudgetTests
{
    private const int MiB = 1 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_buffer_waits_until_those_before_it_leave_room()
    {
        var budget = new MemoryBudget(4 * MiB);
        IDisposable first = await budget.TakeAsync((3 * MiB) + 1, Cancel);
        Task<IDisposable> second = budget.TakeAsync(1, Cancel);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task One_larger_than_all_goes_alone()
    {
        var budget = new MemoryBudget(4 * MiB);
        IDisposable small = await budget.TakeAsync(0, Cancel);
        Task<IDisposable> huge = budget.TakeAsync(100L << 30, Cancel);
        Assert.False(huge.IsCompleted);
        small.Dispose();
        IDisposable all = await huge;
        Task<IDisposable> next = budget.TakeAsync(1, Cancel);
        Assert.False(next.IsCompleted);
        all.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task One_that_gives_up_waiting_leaves_what_it_had_gathered()
    {
        var budget = new MemoryBudget(4 * MiB);
        IDisposable first = await budget.TakeAsync(2 * MiB, Cancel);
        using var given = new CancellationTokenSource();
        Task<IDisposable> waiting = budget.TakeAsync(4 * MiB, given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        (await budget.TakeAsync(2 * MiB, Cancel)).Dispose();
        first.Dispose();
        (await budget.TakeAsync(4 * MiB, Cancel)).Dispose();
    }
}
