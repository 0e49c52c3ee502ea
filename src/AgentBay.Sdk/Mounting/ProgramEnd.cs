namespace AgentBay.Sdk.Mounting;

/// <summary>How a run of the program ended.</summary>
/// <param name="Message">What it said last on standard error.</param>
internal sealed record ProgramEnd(int ExitCode, string Message)
{
    internal bool IsDone => ExitCode == 0;
}
