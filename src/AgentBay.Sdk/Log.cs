using Microsoft.Extensions.Logging;

namespace AgentBay.Sdk;

/// <summary>Events 7xxx: the C# API.</summary>
internal static partial class Log
{
    [LoggerMessage(7001, LogLevel.Warning, "{Operation} failed (request {RequestId})")]
    internal static partial void Failed(ILogger logger, string operation, string requestId, Exception error);
}
