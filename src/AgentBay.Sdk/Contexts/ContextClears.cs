using AgentBay.Fs.Contexts;
using Microsoft.Extensions.Logging;

namespace AgentBay.Sdk;

/// <summary>Clears that go on in the background of this process, one a context.</summary>
internal sealed class ContextClears(ContextCatalog catalog, ILogger logger, TimeProvider time)
{
    private readonly ContextCatalog catalog = catalog;
    private readonly ILogger logger = logger;
    private readonly TimeProvider time = time;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Task> running = [];

    /// <summary>Sees to it that somebody deletes: this process, unless another one does. Also for a clear that another process began and did not end.</summary>
    internal void Finish(ContextRecord clearing)
    {
        lock (gate)
        {
            if (!running.TryGetValue(clearing.Id, out Task? clear) || clear.IsCompleted)
            {
                running[clearing.Id] = Task.Run(() => RunAsync(clearing));
            }
        }
    }

    /// <summary>Fails, once, with what a clear of this process broke off with.</summary>
    internal async Task ThrowIfBrokenAsync(string contextId)
    {
        Task? clear;
        lock (gate)
        {
            if (!running.TryGetValue(contextId, out clear) || !clear.IsCompleted)
            {
                return;
            }

            running.Remove(contextId);
        }

        await clear;
    }

    /// <summary>Waits for the end of a clear of this process, and not longer.</summary>
    internal async Task WaitAsync(string contextId, TimeSpan longest, CancellationToken cancellationToken)
    {
        Task clear;
        lock (gate)
        {
            clear = running.GetValueOrDefault(contextId, Task.CompletedTask);
        }

        _ = await Task.WhenAny(clear, Task.Delay(longest, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for all.</summary>
    internal async Task CloseAsync()
    {
        Task all;
        lock (gate)
        {
            all = Task.WhenAll(running.Values);
        }

        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // The context stays marked: the next status or clear takes it up.
    }

    private async Task RunAsync(ContextRecord clearing)
    {
        try
        {
            _ = await catalog.FinishClearAsync(clearing, deletedObjects: null, CancellationToken.None);
        }
        catch (Exception error)
        {
            Log.ClearBroken(logger, clearing.Id, error); // Perhaps nobody asks how it ended.
            throw;
        }
    }
}
