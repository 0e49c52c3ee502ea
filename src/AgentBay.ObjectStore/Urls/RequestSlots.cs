namespace AgentBay.ObjectStore.Urls;

/// <summary>How many requests run at once, and whether one more waits for its turn.</summary>
internal sealed class RequestSlots(int count)
{
    private readonly SemaphoreSlim free = new(count);
    private volatile bool awaited;

    internal bool AreAwaited => awaited;

    /// <summary>For one caller at a time.</summary>
    internal async Task TakeAsync(CancellationToken cancellationToken)
    {
        awaited = true;
        try
        {
            await free.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            awaited = false;
        }
    }

    internal void Release() => free.Release();

    /// <summary>Completes when none runs any more; none can begin after that.</summary>
    internal async Task TakeAllAsync()
    {
        for (int slot = 0; slot < count; slot++)
        {
            await free.WaitAsync().ConfigureAwait(false);
        }
    }
}
