namespace AgentBay.Mount;

/// <summary>What the program says to scripts.</summary>
internal static class ExitCode
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;

    /// <summary>It worked, and data that is not in the store yet remains in the mirror.</summary>
    internal const int Unflushed = 3;
}
