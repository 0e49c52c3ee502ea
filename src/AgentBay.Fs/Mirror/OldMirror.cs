using System.Globalization;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Indexing;
using AgentBay.Fs.Sync;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// A mirror of a context that was cleared since gives way to a new one. What it holds as the store had it is gone with the clear; what never was
/// in the store is kept aside, for its user to look through.
/// </summary>
public static class OldMirror
{
    /// <summary>Before a session is opened: makes room when the mirror is of another epoch.</summary>
    /// <param name="openFiles">The mirror's files; disposed here.</param>
    /// <returns>The folder in which files are kept that were not in the store; null when there are none.</returns>
    public static async Task<string?> PutAsideAsync(StateFolder folder, Func<IMirrorFiles> openFiles, ContextRecord context, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(openFiles);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(time);
        if (!File.Exists(folder.IndexFile) || !await DropStoredAsync(folder, openFiles, context))
        {
            return null;
        }

        string aside = Path.Combine(folder.Path, $"cleared-{time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}");
        folder.PutAside(aside);
        string tree = Path.Combine(aside, Path.GetFileName(folder.TreeDirectory));
        if (Directory.EnumerateFileSystemEntries(tree).Any())
        {
            return tree;
        }

        Directory.Delete(aside, recursive: true);
        return null;
    }

    /// <returns>False when the mirror is this context's.</returns>
    private static async Task<bool> DropStoredAsync(StateFolder folder, Func<IMirrorFiles> openFiles, ContextRecord context)
    {
        BaselineIndex index;
        try
        {
            index = BaselineIndex.Open(folder.IndexFile);
        }
        catch (IndexCorruptException)
        {
            return false; // Nobody knows its epoch: the session sets the index aside, and compares.
        }

        await using (index)
        {
            if (MirrorIdentity.Of(index).IsOf(context))
            {
                return false;
            }

            using IMirrorFiles files = openFiles();
            DropStored(files, index, TreePath.Root);
            return true;
        }
    }

    private static void DropStored(IMirrorFiles files, BaselineIndex index, TreePath folder)
    {
        foreach ((TreePath path, LocalEntry entry) in files.ReadFolder(folder) ?? [])
        {
            if (entry.Kind == EntryKind.Folder)
            {
                DropStored(files, index, path);
                _ = files.Remove(path, entry.Identity); // Unless something is kept in it.
            }
            else if (index.Find(path) is { Remote: not null } row && IsAsStored(files, path, entry, row))
            {
                _ = files.Remove(path, entry.Identity);
            }
        }
    }

    private static bool IsAsStored(IMirrorFiles files, TreePath path, LocalEntry entry, BaselineRow row)
    {
        if (entry.Kind == EntryKind.Symlink)
        {
            return row.Kind == EntryKind.Symlink && row.Sha256 == ContentHash.Of(files.ReadLink(path));
        }

        if (entry.Kind != EntryKind.File || row.Kind != EntryKind.File)
        {
            return false;
        }

        return files.ReadMark(path) is not null || (row.Identity == entry.Identity && row.CtimeNs == entry.CtimeNs) || HasContent(files, path, entry, row.Sha256);
    }

    private static bool HasContent(IMirrorFiles files, TreePath path, LocalEntry entry, string? hash)
    {
        using SafeFileHandle? file = hash is null ? null : files.OpenRead(path, entry.Identity);
        return file is not null && ContentHash.Of(file) == hash;
    }
}
