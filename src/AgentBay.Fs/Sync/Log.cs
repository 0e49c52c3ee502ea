using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Sync;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "{Path} was changed here and in the store: the store's version is kept as {Other}.")]
    public static partial void Conflict(ILogger logger, string path, string other);

    [LoggerMessage(3002, LogLevel.Warning, "{Path} is not in the store yet: {Reason}")]
    public static partial void ActionFailed(ILogger logger, string path, string reason);

    [LoggerMessage(3003, LogLevel.Information, "Flushed {Files} changes, {Bytes} bytes; {Left} left.")]
    public static partial void Flushed(ILogger logger, int files, long bytes, int left);

    [LoggerMessage(3004, LogLevel.Information, "The mirror was not left clean: {Count} names differ from the baseline or wait to be looked at.")]
    public static partial void Recovered(ILogger logger, int count);

    [LoggerMessage(3007, LogLevel.Error, "The kernel could not write out what it holds of open files.")]
    public static partial void KernelHoldsBack(ILogger logger, Exception error);

    [LoggerMessage(3005, LogLevel.Error, "A background flush failed.")]
    public static partial void FlushFailed(ILogger logger, Exception error);

    [LoggerMessage(3006, LogLevel.Warning, "{Reason} It was set aside as {Aside}; mirror and store are compared anew.")]
    public static partial void IndexSetAside(ILogger logger, string reason, string aside);

    [LoggerMessage(3008, LogLevel.Error, "{Reason}")]
    public static partial void ContextLost(ILogger logger, string reason);
    [LoggerMessage(3022, LogLevel.Warning, "Copies that a swap of files left in the store stay there for now: {Reason}")]
    public static partial void AsideCopiesStay(ILogger logger, string reason);

    [LoggerMessage(3023, LogLevel.Warning, "The mirror could not be marked clean; the next mount compares all of it: {Reason}")]
    public static partial void NotMarkedClean(ILogger logger, string reason);

    [LoggerMessage(3024, LogLevel.Information, "{Count} uploads that were begun days ago and never ended were taken out of the store.")]
    public static partial void StaleUploadsAborted(ILogger logger, int count);

    [LoggerMessage(3025, LogLevel.Information, "Uploads that were begun days ago cannot be taken out of the store: {Reason}")]
    public static partial void StaleUploadsStay(ILogger logger, string reason);
}
