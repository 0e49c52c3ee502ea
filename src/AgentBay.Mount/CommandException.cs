namespace AgentBay.Mount;

/// <summary>A command that cannot be done, with the one line that says what to do next.</summary>
internal sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    internal int ExitCode { get; } = exitCode;

    internal static CommandException Usage(string message) => new(Mount.ExitCode.Usage, message);

    internal static CommandException Failed(string message, Exception? inner = null) => new(Mount.ExitCode.Failed, message, inner);
}
