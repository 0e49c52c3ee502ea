using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Mirror;

internal static partial class Log
{
    [LoggerMessage(2501, LogLevel.Warning, "{Folder} could not be compared with the store and shows what it held before: {Reason}")]
    public static partial void FolderNotCompared(ILogger logger, string folder, string reason);

    [LoggerMessage(2502, LogLevel.Error, "The store lists nothing for {Folder}, where {Count} names were known: nothing is removed here. Check the store's URL and bucket.")]
    public static partial void EmptyListing(ILogger logger, string folder, int count);

    [LoggerMessage(2503, LogLevel.Warning, "{Path} cannot be read: {Reason}")]
    public static partial void NotRead(ILogger logger, string path, string reason);

    [LoggerMessage(2504, LogLevel.Error, "{Path} is in the store and cannot be shown here: {Reason}")]
    public static partial void NameNotPlaced(ILogger logger, string path, string reason);

    [LoggerMessage(2505, LogLevel.Information, "{Free} bytes are free on the mirror's disk: what is not here is fetched when it is opened.")]
    public static partial void PrefetchStopped(ILogger logger, long free);

    [LoggerMessage(2506, LogLevel.Warning, "{Path} was not fetched ahead: {Reason}")]
    public static partial void NotPrefetched(ILogger logger, string path, string reason);

    [LoggerMessage(2507, LogLevel.Error, "Fetching ahead failed; files are fetched when they are opened.")]
    public static partial void PrefetchFailed(ILogger logger, Exception error);

    [LoggerMessage(2508, LogLevel.Warning, "Whether files of this context expire could not be read from the store: {Reason}")]
    public static partial void RulesNotRead(ILogger logger, string reason);

    [LoggerMessage(2509, LogLevel.Warning, "{Count} names are missing in the mirror and were not deleted through its mount: what the store has of them is shown again, what was not stored is lost.")]
    public static partial void TakenAway(ILogger logger, int count);

    [LoggerMessage(2503, LogLevel.Warning, "The key {Key} cannot be shown as a name and is left alone.")]
    public static partial void KeyIgnored(ILogger logger, string key);

    [LoggerMessage(2520, LogLevel.Warning, "{Path}: what is on the disk is older than what was stored, though nothing was written to it since: the power went. The store's version is back under its name, the disk's is kept as {Other}.")]
    public static partial void FileBehindStore(ILogger logger, string path, string other);

    [LoggerMessage(2521, LogLevel.Warning, "{Path}: its bytes did not reach the disk before the power went. The store's version is back.")]
    public static partial void FileLostToPower(ILogger logger, string path);
}
