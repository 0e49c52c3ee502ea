namespace AgentBay.Sdk;

/// <summary>A file or folder of a session.</summary>
/// <param name="Size">Bytes; 0 for a folder.</param>
public sealed record SessionFileInfo(string Name, string Path, bool IsDirectory, long Size, DateTimeOffset ModifiedAt);
