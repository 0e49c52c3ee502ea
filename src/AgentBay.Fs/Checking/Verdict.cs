namespace AgentBay.Fs.Checking;

/// <summary>What is wrong with a path, and what mends it.</summary>
/// <param name="IsProblem">False: it is worth a line, and mount and store settle it by themselves.</param>
public readonly record struct Verdict(FindingClass Class, Mend Mend, bool IsProblem);
