namespace AgentBay.Mount.Output;

/// <summary>What <c>why --json</c> prints. These names stay as they are.</summary>
internal sealed record RuleReport(string Path, bool IsSynced, IReadOnlyList<string> Rules);
