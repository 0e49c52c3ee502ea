using System.Collections.Concurrent;

namespace AgentBay.Fs.Mirror;

/// <summary>Files and folders of which the last try to bring in bytes or names failed. A program hears an errno; here is why.</summary>
internal sealed class ReadFailures(IMirrorFiles files)
{
    private readonly ConcurrentDictionary<ulong, (TreePath Path, string Message)> failures = new();

    public void Add(TreePath path, ulong inode, string message) => failures[inode] = (path, message);

    public void Remove(ulong inode) => failures.TryRemove(inode, out _);

    /// <returns>Null: the last try did not fail, or there was none.</returns>
    public string? Of(ulong inode) => failures.TryGetValue(inode, out (TreePath Path, string Message) failure) ? failure.Message : null;

    /// <summary>One of those that stand, with its path; null when there is none.</summary>
    public string? Any()
    {
        foreach ((ulong inode, (TreePath path, string message)) in failures)
        {
            if (path.IsRoot || files.TryStat(path)?.Identity.Inode == inode)
            {
                return $"{path}: {message}";
            }

            failures.TryRemove(inode, out _); // Deleted or moved since.
        }

        return null;
    }
}
