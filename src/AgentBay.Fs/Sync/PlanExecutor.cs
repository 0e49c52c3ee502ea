using AgentBay.ObjectStore;

namespace AgentBay.Fs.Sync;

/// <summary>How one action of a plan ended.</summary>
/// <param name="Error">Null when it did not fail.</param>
internal readonly record struct ActionResult(ActionOutcome Outcome, Exception? Error);

/// <summary>Runs a plan: what waits for nothing at once, with bounded concurrency; what waits for a step that did not succeed, not at all.</summary>
internal sealed class PlanExecutor(ActionRunner runner, int concurrency)
{
    private readonly SemaphoreSlim slots = new(concurrency);

    /// <param name="counter">Of what is done.</param>
    /// <param name="ran">Told of each action as it ends, on any thread; not of those that were not begun.</param>
    public async Task<IReadOnlyList<ActionResult>> ExecuteAsync(SyncPlan plan, Counter counter, Action<SyncAction, ActionResult> ran, CancellationToken cancellationToken)
    {
        // When the store is away every action would find that out for itself, each after its retries: the first one tells the rest.
        using var storeAway = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        StoreException? reason = null;
        var ended = plan.Actions.Select(_ => new TaskCompletionSource<ActionResult>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var running = new List<Task>(ended.Length);
        for (int i = 0; i < ended.Length; i++)
        {
            running.Add(RunAsync(i));
        }

        await Task.WhenAll(running);
        cancellationToken.ThrowIfCancellationRequested();
        return ended.Select(action => action.Task.Result).ToList();

        async Task RunAsync(int i)
        {
            ActionResult result;
            ActionCount count = counter.Begin(plan.Actions[i]);
            try
            {
                foreach (int first in plan.After[i])
                {
                    ActionResult before = await ended[first].Task;
                    if (before.Error is not null || before.Outcome != ActionOutcome.Done)
                    {
                        // What waited for lost bytes waits for nothing any more: the next look plans it without them.
                        ended[i].SetResult(new ActionResult(ActionOutcome.LookAgain, before.Error is FsException { Error: FsError.Lost } ? null : before.Error));
                        return;
                    }
                }

                await slots.WaitAsync(storeAway.Token);
                try
                {
                    result = new ActionResult(await runner.RunAsync(plan.Actions[i], count, storeAway.Token), null);
                }
                finally
                {
                    slots.Release();
                }
            }
            catch (OperationCanceledException) when (reason is not null)
            {
                result = new ActionResult(ActionOutcome.LookAgain, reason);
            }
            catch (Exception error)
            {
                // Reported per path by the engine: one file's failure never stops the others.
                if (error is StoreException { Kind: StoreErrorKind.Unreachable or StoreErrorKind.BadCredentials or StoreErrorKind.NoSuchBucket } away && !cancellationToken.IsCancellationRequested)
                {
                    reason ??= away;
                    await storeAway.CancelAsync();
                }

                result = new ActionResult(ActionOutcome.LookAgain, error);
            }

            if (result is { Error: null, Outcome: ActionOutcome.Done })
            {
                count.Done();
            }
            else
            {
                count.TakeBack();
            }

            ended[i].SetResult(result);
            ran(plan.Actions[i], result);
        }
    }
}
