namespace AgentBay.Fs.Mirror;

/// <summary>What is written on a placeholder's own inode: where its bytes are, and what it looks like until they are here.</summary>
/// <param name="Key">Of the object, in the store.</param>
public sealed record PlaceholderMark(string Key, string ETag, long Size, long MtimeNs);
