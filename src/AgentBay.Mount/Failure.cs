using AgentBay.Fs;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;
using AgentBay.Posix;

namespace AgentBay.Mount;

/// <summary>The one map from exceptions to what the user reads.</summary>
internal static class Failure
{
    /// <returns>Exit code and one line; no stack trace, no credential.</returns>
    internal static CommandException Explain(Exception error) => error switch
    {
        CommandException known => known,
        StoreException store => Store(store),
        ContextException { Error: ContextError.InvalidName } => CommandException.Usage(OneLine(error.Message)),
        MirrorInUseException inUse => CommandException.Failed(InUse(inUse), inUse),
        FsException or PosixException or IOException or UnauthorizedAccessException => CommandException.Failed(OneLine(error.Message), error),
        OperationCanceledException => CommandException.Failed("Interrupted.", error),
        AggregateException { InnerExceptions: [{ } only] } => Explain(only),
        _ => CommandException.Failed($"Unexpected: {error.GetType().Name}: {OneLine(error.Message)} (please report this; --log-level debug shows more)", error),
    };

    private static CommandException Store(StoreException error)
    {
        string advice = error.Kind switch
        {
            StoreErrorKind.Unreachable => " Is the endpoint right and the network up?",
            StoreErrorKind.BadCredentials => " Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE (for oss:// OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET).",
            StoreErrorKind.AccessDenied => " These credentials need to list, read, write and delete there.",
            StoreErrorKind.NoSuchBucket => " Create the bucket first, or correct --store.",
            StoreErrorKind.Busy or StoreErrorKind.PreconditionFailed or StoreErrorKind.Corrupt or StoreErrorKind.TooLarge or StoreErrorKind.Refused => "",
        };
        return CommandException.Failed(OneLine(error.Message) + advice, error);
    }

    private static string InUse(MirrorInUseException error) => error.Holder is { } holder
        ? $"{error.Message} Use it there, unmount it first (agentbay-mount unmount {holder.MountPoint}), or mount with another --cache-dir."
        : $"{error.Message} Wait for it to end, or mount with another --cache-dir.";

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
