using Polly;
using Polly.Retry;

namespace AgentBay.ObjectStore.Retrying;

/// <summary>Runs a call until it succeeds, fails for good, or was tried often enough. Each try has a slot of the request limit and a deadline.</summary>
internal sealed class StoreTries : IDisposable
{
    /// <summary>What a body is given beyond <see cref="StoreOpenOptions.TryTimeout"/>: a second for each of this.</summary>
    private const long BytesPerSecond = 1 << 20;

    private readonly StoreOpenOptions options;
    private readonly SemaphoreSlim slots;
    private readonly ResiliencePipeline retries;

    internal StoreTries(StoreOpenOptions options)
    {
        this.options = options;
        slots = new SemaphoreSlim(options.MaxConcurrency);
        var builder = new ResiliencePipelineBuilder { TimeProvider = options.Time };
        if (options.MaxRetries > 0)
        {
            _ = builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(10),
                ShouldHandle = new PredicateBuilder().Handle<StoreException>(static e => e is { IsTransient: true, NoRetry: false }),
                OnRetry = Report,
            });
        }

        retries = builder.Build();
    }

    internal StoreOpenOptions Options => options;

    internal Task<T> RunAsync<T>(long bodyBytes, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        TimeSpan timeout = options.TryTimeout + TimeSpan.FromSeconds((double)bodyBytes / BytesPerSecond);
        return RetryAsync(cancel => TryAsync(timeout, call, cancel), cancellationToken);
    }

    internal Task RunAsync(long bodyBytes, Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        RunAsync(bodyBytes, cancel => WithResult(call, cancel), cancellationToken);

    /// <summary>Tries again whatever a try is made of.</summary>
    internal async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> once, CancellationToken cancellationToken) =>
        await retries.ExecuteAsync(static async (once, cancel) => await once(cancel).ConfigureAwait(false), once, cancellationToken).ConfigureAwait(false);

    /// <summary>One try, in its slot and under its deadline.</summary>
    internal async Task<T> TryAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await WithDeadlineAsync(timeout, call, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ = slots.Release();
        }
    }

    /// <summary>Bounds a call by a deadline, which fails as <see cref="StoreErrorKind.Unreachable"/>.</summary>
    internal async Task<T> WithDeadlineAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await call(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreException(StoreErrorKind.Unreachable, $"The store did not answer within {timeout.TotalSeconds:0.#} s. Check the network and the endpoint.", e);
        }
    }

    public void Dispose() => slots.Dispose();

    private static async Task<bool> WithResult(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        await call(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private ValueTask Report(OnRetryArguments<object> retry)
    {
        if (retry.Outcome.Exception is StoreException e)
        {
            Log.TryFailed(options.Logger, retry.AttemptNumber + 1, e.Kind, retry.RetryDelay, e.Message);
        }

        return ValueTask.CompletedTask;
    }
}
