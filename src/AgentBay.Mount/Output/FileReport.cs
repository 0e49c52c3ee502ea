using AgentBay.Fs.Files;

namespace AgentBay.Mount.Output;

/// <summary>What <c>file … --json</c> prints of a file or folder. These names stay as they are.</summary>
/// <param name="Path">From the context's root; what is not UTF-8 in it shows as U+FFFD, <paramref name="Key"/> is exact.</param>
/// <param name="Type">file or folder.</param>
/// <param name="Created">When this version was stored; null for a folder.</param>
/// <param name="Modified">The same: a store keeps one time.</param>
internal sealed record FileReport(string Name, string Path, string Type, long Size, DateTimeOffset? Created, DateTimeOffset? Modified, string Key)
{
    internal static FileReport From(FileEntry entry) =>
        new(entry.Name, entry.FullName, entry.IsFolder ? "folder" : "file", entry.Size, entry.Stored, entry.Stored, entry.Key);
}
