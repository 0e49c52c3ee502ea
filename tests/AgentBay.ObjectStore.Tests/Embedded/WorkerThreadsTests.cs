using AgentBay.ObjectStore.Embedded;

namespace AgentBay.ObjectStore.Tests.Embedded;

public sealed class WorkerThreadsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_never_waits_behind_other_work_while_a_thread_may_be_added()
    {
        for (int round = 0; round < 2_000; round++)
        {
            using var threads = new WorkerThreads(limit: 2);
            _ = await threads.RunAsync(() => true, Cancel);
            using var both = new Barrier(2);
            Task<bool>[] work = [.. Enumerable.Range(0, 2).Select(_ => threads.RunAsync(() => both.SignalAndWait(TimeSpan.FromSeconds(30)), Cancel))];
            Assert.True((await Task.WhenAll(work)).All(met => met), $"round {round}: one ran after the other");
        }
    }

    [Fact]
    public async Task One_after_the_other_is_done_by_one_thread()
    {
        using var threads = new WorkerThreads(limit: 8);
        var ids = new HashSet<int>();
        for (int i = 0; i < 100; i++)
        {
            _ = ids.Add(await threads.RunAsync(() => Environment.CurrentManagedThreadId, Cancel));
        }

        _ = Assert.Single(ids);
    }
}
