using Microsoft.Extensions.Logging;

namespace AgentBay.Sdk;

/// <summary>Events 7xxx: the C# API.</summary>
internal static partial class Log
{
    [LoggerMessage(7001, LogLevel.Warning, "{Operation} failed (request {RequestId})")]
    internal static partial void Failed(ILogger logger, string operation, string requestId, Exception error);

    [LoggerMessage(7002, LogLevel.Warning, "The clear of context {ContextId} broke off; the context stays as it is, neither mounted nor written to, until it is cleared again")]
    internal static partial void ClearBroken(ILogger logger, string contextId, Exception error);
}
