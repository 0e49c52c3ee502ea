using Microsoft.Extensions.Logging;

namespace AgentBay.Sdk;

/// <summary>Runs operations: each gets a request id, and what a service would answer becomes a result.</summary>
internal sealed class ServiceCalls(ILogger logger)
{
    private readonly ILogger logger = logger;

    internal async Task<T> RunAsync<T>(string operation, Func<Task<T>> call)
        where T : OperationResult, new()
    {
        string requestId = Guid.NewGuid().ToString().ToUpperInvariant();
        OperationResult result;
        try
        {
            result = await call() with { Success = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or TimeoutException or AgentBayException)
        {
            Log.Failed(logger, operation, requestId, error);
            result = new T { ErrorMessage = error.Message };
        }

        return (T)(result with { RequestId = requestId });
    }
}
