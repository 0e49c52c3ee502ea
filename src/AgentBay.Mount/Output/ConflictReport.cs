using AgentBay.Fs.Sync;

namespace AgentBay.Mount.Output;

/// <summary>A row of <c>conflicts --json</c>. These names stay as they are.</summary>
/// <param name="Path">Of the store's version, absolute.</param>
/// <param name="Host">The machine that kept it.</param>
internal sealed record ConflictReport(string Path, string Host, DateTimeOffset At, long Size)
{
    internal static ConflictReport From(string mountPoint, ConflictCopy copy) => new(System.IO.Path.Combine(mountPoint, copy.Path), copy.Host, copy.At, copy.Size);
}
