using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Linux;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Warning, "The kernel does not take {Path} of the mirror for passthrough ({Error}): its data goes through the daemon.")]
    internal static partial void BackingRefused(ILogger logger, TreePath path, Errno error);

    [LoggerMessage(2102, LogLevel.Information, "{Path} could not be made ready ({Error}): {Reason}")]
    internal static partial void RequestFailed(ILogger logger, TreePath path, Errno error, string reason);

    [LoggerMessage(2103, LogLevel.Information, "Mounted {Context} on {MountPoint}: {DataPath}.")]
    internal static partial void Mounted(ILogger logger, string context, string mountPoint, FuseDataPath dataPath);

    [LoggerMessage(2104, LogLevel.Information, "The mount on {MountPoint} has ended.")]
    internal static partial void Ended(ILogger logger, string mountPoint);
}
