using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount;

/// <summary>Events 6xxx: the process of a mount.</summary>
internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Information, "agentbay-mount {Version}, process {Pid}: context {Context} ({ContextId}) of {Store} on {MountPoint}")]
    internal static partial void Starting(ILogger logger, string version, int pid, string context, string contextId, string store, string mountPoint);

    [LoggerMessage(6002, LogLevel.Information, "Ended; {Remaining} changes remain in the mirror")]
    internal static partial void Ended(ILogger logger, int remaining);

    [LoggerMessage(6003, LogLevel.Critical, "The mount ended with an error")]
    internal static partial void Failed(ILogger logger, Exception error);

    [LoggerMessage(6004, LogLevel.Information, "{Signal} received; again: {Again}")]
    internal static partial void Signal(ILogger logger, PosixSignal signal, bool again);

    [LoggerMessage(6005, LogLevel.Critical, "Unhandled exception")]
    internal static partial void Unhandled(ILogger logger, Exception error);

    [LoggerMessage(6006, LogLevel.Error, "A task failed and nobody waited for it")]
    internal static partial void Unobserved(ILogger logger, Exception error);

    [LoggerMessage(6007, LogLevel.Warning, "Context {Context} was cleared since it was mounted here; files that were not in the store are kept in {Folder}")]
    internal static partial void OldMirrorKept(ILogger logger, string context, string folder);
}
