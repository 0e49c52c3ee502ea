using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Mirror;

internal static partial class Log
{
    [LoggerMessage(2501, LogLevel.Warning, "{Folder} could not be compared with the store and shows what it held before: {Reason}")]
    public static partial void FolderNotCompared(ILogger logger, string folder, string reason);

    [LoggerMessage(2502, LogLevel.Error, "The store lists nothing for {Folder}, where {Count} names were known: nothing is removed here. Check the store's URL and bucket.")]
    public static partial void EmptyListing(ILogger logger, string folder, int count);

    [LoggerMessage(2504, LogLevel.Error, "{Path} is in the store and cannot be shown here: {Reason}")]
    public static partial void NameNotPlaced(ILogger logger, string path, string reason);

    [LoggerMessage(2505, LogLevel.Information, "{Free} bytes are free on the mirror's disk: what is not here is fetched when it is opened.")]
    public static partial void PrefetchStopped(ILogger logger, long free);

    [LoggerMessage(2506, LogLevel.Warning, "{Path} was not fetched ahead: {Reason}")]
    public static partial void NotPrefetched(ILogger logger, string path, string reason);

    [LoggerMessage(2507, LogLevel.Error, "Fetching ahead failed; files are fetched when they are opened.")]
    public static partial void PrefetchFailed(ILogger logger, Exception error);

    [LoggerMessage(2503, LogLevel.Warning, "The key {Key} cannot be shown as a name and is left alone.")]
    public static partial void KeyIgnored(ILogger logger, string key);
}
