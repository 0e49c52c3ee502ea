using Polly;
using Polly.Retry;

namespace AgentBay.ObjectStore.Retrying;

/// <summary>Runs a call until it succeeds, fails for good, or was tried often enough. Each try has a slot of the request limit and a deadline.</summary>
internal sealed class StoreTries : IDisposable
{
    /// <summary>What a body is given beyond <see cref="StoreOpenOptions.TryTimeout"/>: a second for each of this.</summary>
    private const long BytesPerSecond = 1 << 20;

    private static readonly TimeSpan VerifyTimeout = TimeSpan.FromSeconds(10);

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
                ShouldHandle = new PredicateBuilder().Handle<StoreException>(IsWorthTryingAgain),
                OnRetry = Report,
            });
        }

        retries = builder.Build();
    }

    internal StoreOpenOptions Options => options;

    internal static bool IsWorthTryingAgain(StoreException error) => error is { IsTransient: true, NeedsSomebody: false };

    internal async Task<T> RunAsync<T>(long bodyBytes, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        TimeSpan timeout = options.TryTimeout + TimeSpan.FromSeconds((double)bodyBytes / BytesPerSecond);
        return await retries.ExecuteAsync(
            static async (state, cancel) => await state.Tries.TryAsync(state.Timeout, state.Call, cancel).ConfigureAwait(false),
            (Tries: this, Timeout: timeout, Call: call),
            cancellationToken).ConfigureAwait(false);
    }

    internal Task RunAsync(long bodyBytes, Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        RunAsync(bodyBytes, cancel => WithResult(call, cancel), cancellationToken);

    /// <summary>One try with a short deadline.</summary>
    internal Task OnceAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        TryAsync(options.TryTimeout < VerifyTimeout ? options.TryTimeout : VerifyTimeout, cancel => WithResult(call, cancel), cancellationToken);

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

    private async Task<T> TryAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
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
