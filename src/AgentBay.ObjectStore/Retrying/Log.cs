using Microsoft.Extensions.Logging;

namespace AgentBay.ObjectStore.Retrying;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Debug, "Try {Try} of a store call failed ({Kind}), again in {Delay}: {Reason}")]
    internal static partial void TryFailed(ILogger logger, int @try, StoreErrorKind kind, TimeSpan delay, string reason);

    [LoggerMessage(4002, LogLevel.Debug, "{Key} broke off after {Position} bytes: {Reason}")]
    internal static partial void BodyBrokeOff(ILogger logger, string key, long position, string reason);

    [LoggerMessage(4003, LogLevel.Debug, "The write of {Key} had landed although a try of it failed: its operation id is there")]
    internal static partial void WriteHadLanded(ILogger logger, string key);
}
