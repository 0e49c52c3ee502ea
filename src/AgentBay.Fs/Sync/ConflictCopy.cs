namespace AgentBay.Fs.Sync;

/// <summary>The store's version of a file that was changed on both sides, kept beside it.</summary>
/// <param name="At">When it was kept.</param>
/// <param name="Host">The machine that kept it; empty for a file whose name is a folder's too, which the store does not tell.</param>
/// <param name="Size">In bytes.</param>
public sealed record ConflictCopy(string Path, string Host, DateTimeOffset At, long Size);
