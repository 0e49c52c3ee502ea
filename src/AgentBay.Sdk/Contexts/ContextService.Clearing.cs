using AgentBay.Fs.Contexts;

namespace AgentBay.Sdk;

/// <summary>A clear deletes all files and keeps the context: its id and its name stay.</summary>
public sealed partial class ContextService
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DefaultPollInterval = TimeSpan.FromSeconds(2);

    /// <summary>Clears a context and waits until it is available again.</summary>
    /// <param name="timeout">60 seconds when null.</param>
    /// <param name="pollInterval">How often the store is asked, where another process does the work; 2 seconds when null.</param>
    /// <exception cref="ClearanceTimeoutException">It takes longer, and goes on.</exception>
    public async Task<ClearContextResult> ClearAsync(string contextId, TimeSpan? timeout = null, TimeSpan? pollInterval = null, CancellationToken cancellationToken = default)
    {
        long began = time.GetTimestamp();
        TimeSpan limit = timeout ?? DefaultTimeout;
        ClearContextResult status = await BeginClearAsync(contextId, cancellationToken);
        while (status is { Success: true, Status: ClearContextResult.Clearing })
        {
            TimeSpan rest = limit - time.GetElapsedTime(began);
            if (rest <= TimeSpan.Zero)
            {
                throw new ClearanceTimeoutException(limit);
            }

            TimeSpan poll = pollInterval ?? DefaultPollInterval;
            await clears.WaitAsync(contextId, poll < rest ? poll : rest, cancellationToken);
            status = await GetClearStatusAsync(contextId, cancellationToken);
        }

        return status;
    }

    /// <summary>Begins a clear, which goes on in the background of this process. Where the process ends before it, <see cref="GetClearStatusAsync"/> or another clear takes it up.</summary>
    public Task<ClearContextResult> BeginClearAsync(string contextId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contextId);
        return calls.RunAsync("ClearContext", async () =>
        {
            ContextRecord clearing = await catalog.BeginClearAsync(await FindAsync(contextId, cancellationToken), cancellationToken);
            clears.Finish(clearing);
            return new ClearContextResult { ContextId = contextId, Status = clearing.State };
        });
    }

    /// <summary>Whether a clear is done. One that nobody works on any more is taken up.</summary>
    public Task<ClearContextResult> GetClearStatusAsync(string contextId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contextId);
        return calls.RunAsync("GetClearStatus", async () =>
        {
            await clears.ThrowIfBrokenAsync(contextId);
            ContextRecord now = await FindAsync(contextId, cancellationToken);
            if (now.State == ContextRecord.Clearing)
            {
                clears.Finish(now);
            }

            return new ClearContextResult { ContextId = contextId, Status = now.State };
        });
    }
}
