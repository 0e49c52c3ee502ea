using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Control;

/// <summary>Events 5xxx: control and the life of a mount.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Warning, "A control connection could not be accepted")]
    internal static partial void AcceptFailed(ILogger logger, Exception error);

    [LoggerMessage(5002, LogLevel.Error, "A control connection failed")]
    internal static partial void ConnectionFailed(ILogger logger, Exception error);

    [LoggerMessage(5003, LogLevel.Warning, "A control request failed")]
    internal static partial void RequestFailed(ILogger logger, Exception error);

    [LoggerMessage(5004, LogLevel.Information, "Sync asked for: {Mode}")]
    internal static partial void SyncRequested(ILogger logger, SyncMode mode);

    [LoggerMessage(5005, LogLevel.Information, "Unmount asked for: deadline {DeadlineSeconds} s, force {Force}")]
    internal static partial void UnmountRequested(ILogger logger, double? deadlineSeconds, bool force);

    [LoggerMessage(5010, LogLevel.Information, "Unmounted")]
    internal static partial void Unmounted(ILogger logger);

    [LoggerMessage(5011, LogLevel.Information, "The kernel ended the mount; what is pending goes on to the store")]
    internal static partial void EndedByKernel(ILogger logger);

    [LoggerMessage(5012, LogLevel.Information, "Everything is in the store: {Files} files, {Bytes} bytes in the last flush")]
    internal static partial void Drained(ILogger logger, int files, long bytes);

    [LoggerMessage(5013, LogLevel.Error, "{Count} changes ({Bytes} bytes) are not in the store and stay in the mirror for the next mount; the first is {Path}: {Reason}")]
    internal static partial void Undrained(ILogger logger, int count, long bytes, string path, string reason);

    [LoggerMessage(5014, LogLevel.Warning, "Unmount refused: {Count} processes use the mount")]
    internal static partial void Busy(ILogger logger, int count);

    [LoggerMessage(5015, LogLevel.Critical, "A part of the mount failed; it ends, and the mirror keeps everything for the next mount")]
    internal static partial void Broken(ILogger logger, Exception error);

    [LoggerMessage(5016, LogLevel.Warning, "{Count} changes ({Bytes} bytes) were never asked to be uploaded (autoUpload is false) and stay in the mirror for the next mount")]
    internal static partial void LeftByPolicy(ILogger logger, int count, long bytes);
}
