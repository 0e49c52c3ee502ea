using AgentBay.Fs.Contexts;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Mount.Output;

namespace AgentBay.Mount;

/// <summary>The one map from exceptions to what the user reads.</summary>
internal static class Failure
{
    /// <returns>Exit code and one line; no stack trace, no credential.</returns>
    internal static CommandException Explain(Exception error) => error switch
    {
        CommandException known => known,
        ContextException { Error: ContextError.InvalidName or ContextError.InvalidPath or ContextError.InvalidPage } => CommandException.Usage(OneLine(error.Message)),
        PolicyException => CommandException.Usage(OneLine(error.Message)),
        MirrorInUseException inUse => CommandException.Failed(InUse(inUse), inUse),
        // The store's, the mirror's, FUSE's, the system's and the mount's own: their messages say what to do.
        IOException or UnauthorizedAccessException or TimeoutException => CommandException.Failed(OneLine(error.Message), error),
        OperationCanceledException => CommandException.Failed("Interrupted.", error),
        AggregateException { InnerExceptions: [{ } only] } => Explain(only),
        _ => CommandException.Failed($"Unexpected: {error.GetType().Name}: {OneLine(error.Message)} (please report this; --log-level debug shows more)", error),
    };

    private static string InUse(MirrorInUseException error) => error.Holder is { } holder
        ? $"{error.Message} Use it there, unmount it first (agentbay-mount unmount {ShellWord.Quote(holder.MountPoint)}), or mount with another --cache-dir."
        : $"{error.Message} Wait for it to end, or mount with another --cache-dir.";

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
