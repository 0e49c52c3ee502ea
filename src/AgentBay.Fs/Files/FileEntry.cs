using System.Text;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Files;

/// <summary>A file or folder of a context, as the store lists it.</summary>
/// <param name="Key">In the store.</param>
/// <param name="Size">In bytes; 0 for a folder.</param>
/// <param name="Stored">When this version was stored, from which a lifecycle counts; null for a folder.</param>
public sealed record FileEntry(TreePath Path, string Key, bool IsFolder, long Size, DateTimeOffset? Stored)
{
    /// <summary>What is not UTF-8 shows as replacement characters; <see cref="Key"/> is exact.</summary>
    public string Name => Encoding.UTF8.GetString(Path.Name);

    /// <summary>From the context's root, with a slash at the beginning.</summary>
    public string FullName => "/" + Encoding.UTF8.GetString(Path.Bytes);

    internal static FileEntry Of(TreePath path, ObjectInfo info) => new(path, info.Key, IsFolder: false, info.Size, info.LastModified);
}
