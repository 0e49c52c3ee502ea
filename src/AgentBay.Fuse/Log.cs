using Microsoft.Extensions.Logging;

namespace AgentBay.Fuse;

internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "FUSE {Major}.{Minor}: data path {DataPath}, max write {MaxWrite}, {Features}")]
    internal static partial void Negotiated(ILogger logger, uint major, uint minor, FuseDataPath dataPath, int maxWrite, string features);

    [LoggerMessage(1001, LogLevel.Information, "Data path {Wanted} is not to be had ({Reason}): {Got} instead")]
    internal static partial void DataPathFallback(ILogger logger, FuseDataPath wanted, string reason, FuseDataPath got);

    [LoggerMessage(1002, LogLevel.Information, "{Opcode} is not supported: answered ENOSYS, not logged again")]
    internal static partial void OpcodeRefused(ILogger logger, string opcode);

    [LoggerMessage(1003, LogLevel.Warning, "Malformed {Opcode} of {Length} bytes: answered EINVAL")]
    internal static partial void Malformed(ILogger logger, string opcode, int length);

    [LoggerMessage(1004, LogLevel.Warning, "A message of {Length} bytes is shorter than a header: dropped")]
    internal static partial void ShortMessage(ILogger logger, int length);

    [LoggerMessage(1005, LogLevel.Error, "{Opcode} of node {Node} failed: answered EIO")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception, string opcode, ulong node);

    [LoggerMessage(1006, LogLevel.Error, "{Opcode} of node {Node}: the answer is out of range, answered {Error}")]
    internal static partial void AnswerOutOfRange(ILogger logger, string opcode, ulong node, Errno error);

    [LoggerMessage(1007, LogLevel.Error, "The kernel refused the answer to {Opcode} of node {Node}: {Error}")]
    internal static partial void AnswerRefused(ILogger logger, string opcode, ulong node, Errno error);

    [LoggerMessage(1008, LogLevel.Error, "Reading requests failed: {Error}")]
    internal static partial void ReceiveFailed(ILogger logger, Errno error);

    [LoggerMessage(1009, LogLevel.Error, "The kernel speaks FUSE {Major}.{Minor}; 7.31 or newer is needed")]
    internal static partial void KernelTooOld(ILogger logger, uint major, uint minor);
}
