namespace AgentBay.Fs.Checking;

/// <summary>What a check looked at and found.</summary>
/// <param name="Mirror">The state folder; null: this machine has none, and the store alone was checked.</param>
public sealed record CheckReport(string? Mirror, int Names, int Objects, IReadOnlyList<Finding> Findings)
{
    public int Problems => Findings.Count(finding => finding.IsProblem);

    public int Repaired => Findings.Count(finding => finding.Repaired);

    public bool IsClean => Findings.All(finding => !finding.IsProblem || finding.Repaired);
}
