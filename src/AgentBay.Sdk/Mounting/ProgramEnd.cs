namespace AgentBay.Sdk.Mounting;

/// <summary>How a run of the program ended.</summary>
/// <param name="Message">What it said last on standard error.</param>
internal sealed record ProgramEnd(int ExitCode, string Message)
{
    private const int Unflushed = 3;

    internal bool IsDone => ExitCode == 0;

    /// <summary>Of an unmount: also where something is not in the store.</summary>
    internal bool IsUnmounted => ExitCode is 0 or Unflushed;
}
