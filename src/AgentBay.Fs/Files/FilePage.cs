namespace AgentBay.Fs.Files;

/// <summary>Some names of a folder, in the order of their bytes.</summary>
/// <param name="TotalCount">Of all pages.</param>
public sealed record FilePage(IReadOnlyList<FileEntry> Entries, int TotalCount);
