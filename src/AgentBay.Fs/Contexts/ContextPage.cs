namespace AgentBay.Fs.Contexts;

/// <summary>Some of a store's contexts.</summary>
/// <param name="NextToken">Asks for those after these; null on the last page.</param>
/// <param name="TotalCount">Of all pages.</param>
public sealed record ContextPage(IReadOnlyList<ContextRecord> Contexts, string? NextToken, int TotalCount);
