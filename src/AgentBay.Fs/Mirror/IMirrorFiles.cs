using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Mirror;

/// <summary>
/// The mirror's disk: the leaf where operating systems differ. Paths are below the mirror's tree; no call follows a
/// symlink or leaves the tree. Absence is a value; a failing disk is an <see cref="IOException"/> (with
/// <see cref="FsError.NoSpace"/> as an <see cref="FsException"/> when it is full).
/// </summary>
public interface IMirrorFiles : IDisposable
{
    /// <summary>False for a daemon without root: owners are kept in the baseline only.</summary>
    bool CanSetOwner { get; }

    /// <returns>Null when there is no such name, a parent is missing, or a parent is not a folder.</returns>
    LocalEntry? TryStat(TreePath path);

    /// <summary>All names of a folder with what <see cref="TryStat"/> says of each; null when it is not a folder.</summary>
    IReadOnlyList<KeyValuePair<TreePath, LocalEntry>>? ReadFolder(TreePath folder);

    byte[] ReadLink(TreePath path);

    /// <summary>User xattrs as programs see them: ours are left out. Files and folders only.</summary>
    IReadOnlyDictionary<string, byte[]> ReadXattrs(TreePath path);

    /// <summary>The mark on a file's inode; null when it has none.</summary>
    PlaceholderMark? ReadMark(TreePath file);

    /// <summary>Opens a file's bytes for reading; null when the name is gone or names another inode.</summary>
    SafeFileHandle? OpenRead(TreePath file, FileIdentity identity);

    /// <summary>Opens a placeholder to write its bytes into the same inode; null when the name is gone or names another inode.</summary>
    SafeFileHandle? OpenHydrate(TreePath file, FileIdentity identity);

    /// <summary>Writes out what programs wrote to a file, mapped pages included, and says what the inode is then. Also write-protects mapped pages, so that a later write shows in ctime.</summary>
    LocalEntry SyncData(SafeFileHandle file);

    /// <summary>
    /// Ends a hydration: bytes to the disk, the modification time of the inode's mark back (utimens meanwhile rewrites it), then the mark away.
    /// In this order, so that a crash leaves a placeholder or a whole file.
    /// </summary>
    LocalEntry FinishHydration(SafeFileHandle file);

    /// <summary>Rewrites the mark of a placeholder whose object has moved.</summary>
    void RewriteMark(TreePath file, FileIdentity identity, PlaceholderMark mark);

    /// <summary>
    /// Makes a placeholder, complete and marked, aside in <c>staging/</c>, then renames it into the tree. The parent must exist.
    /// </summary>
    /// <param name="replace">Null: the name must be free. Else the inode that is replaced; it must still be the one there.</param>
    /// <returns>Null when the name is taken (or is another inode than <paramref name="replace"/>): nothing changed.</returns>
    LocalEntry? PlacePlaceholder(TreePath path, PlaceholderMark mark, EntryAttributes attributes, FileIdentity? replace);

    /// <summary>Likewise a symlink, whole.</summary>
    LocalEntry? PlaceSymlink(TreePath path, ReadOnlySpan<byte> target, EntryAttributes attributes, FileIdentity? replace);

    /// <summary>Makes a folder with its "unfilled" mark; one that is there keeps what it has.</summary>
    /// <returns>Null when the name is taken by something that is not a folder.</returns>
    LocalEntry? PlaceFolder(TreePath path, EntryAttributes attributes);

    /// <summary>Gives an entry other attributes; content stays.</summary>
    LocalEntry? SetAttributes(TreePath path, FileIdentity identity, EntryAttributes attributes);

    /// <summary>Whether not every name of this folder has been placed yet.</summary>
    bool IsUnfilled(TreePath folder);

    void ClearUnfilled(TreePath folder);

    /// <summary>Renames within the tree; the new name must be free.</summary>
    /// <returns>False when the old name is not that inode, or the new one is taken.</returns>
    bool Rename(TreePath from, FileIdentity identity, TreePath to);

    /// <summary>Removes a file or symlink that is still this inode, or an empty folder.</summary>
    /// <returns>False when it is another inode or the folder is not empty: nothing changed.</returns>
    bool Remove(TreePath path, FileIdentity identity);

    /// <summary>Whether a program or a map may still write to this file.</summary>
    bool HasWriters(TreePath file, FileIdentity identity);

    /// <summary>False: the mirror's folders were deleted behind our back.</summary>
    bool IsAttached { get; }

    /// <summary>Everything that was written to the mirror is on the disk when this returns.</summary>
    void SyncAll();

    /// <summary>Free bytes for the mirror.</summary>
    long FreeSpace { get; }
}
