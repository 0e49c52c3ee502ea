namespace AgentBay.Sdk;

/// <summary>For callers that prefer exceptions.</summary>
public static class OperationResults
{
    /// <returns>The same result.</returns>
    /// <exception cref="AgentBayException">The operation failed; the message is the result's.</exception>
    public static T EnsureSuccess<T>(this T result)
        where T : OperationResult
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Success ? result : throw new AgentBayException(result.ErrorMessage);
    }
}
