namespace AgentBay.Fs.Mirror;

/// <summary>
/// What a host adapter asks of a mounted context besides the mirror's own files. An adapter passes requests through to the
/// files below <see cref="TreeDirectory"/>, brings names and bytes in before it touches them, and tells the journal what it changed.
/// Failures are <see cref="FsException"/>.
/// </summary>
public interface IMirrorHost
{
    /// <summary>Absolute path of the mirror's tree.</summary>
    string TreeDirectory { get; }

    bool ReadOnly { get; }

    /// <summary>fsync means the store (else the local disk).</summary>
    bool FsyncReachesStore { get; }

    /// <summary>close of a file that was written means fsync.</summary>
    bool SyncOnClose { get; }

    /// <summary>Whether the store's metadata has room for a file's xattrs, beside all else that it says of the file.</summary>
    bool CanStore(IReadOnlyDictionary<string, byte[]> xattrs);

    Journal Journal { get; }

    PlaceholderTable Placeholders { get; }

    /// <summary>Held shared by an adapter around each change of the namespace or open for writing; held exclusively for the moment in which sync replaces or removes a mirror file.</summary>
    NamespaceGate Gate { get; }

    /// <summary>
    /// Completes when every name of this folder is in the mirror. At once (synchronously) for a folder that has been looked into during
    /// this mount. Before: lookup, readdir, create, rmdir and rename in it.
    /// </summary>
    /// <param name="inode">The folder's inode in the mirror.</param>
    ValueTask FillAsync(TreePath folder, ulong inode, CancellationToken cancellationToken);

    /// <summary>The same for everything below, before a folder is renamed.</summary>
    ValueTask FillTreeAsync(TreePath folder, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a rename or a hard link would take a placeholder out of the white lists. A file is hydrated first; a folder is refused as if
    /// the other side were another filesystem, so that programs copy and delete. Asked again in the hold of <see cref="Gate"/> in which it happens.
    /// </summary>
    bool WouldStrandPlaceholder(TreePath from, TreePath to);

    /// <summary>A folder was made through the mount: it is whole as it is.</summary>
    void FolderCreated(ulong inode);

    /// <summary>A folder's inode is gone: its number may come again.</summary>
    void FolderRemoved(ulong inode);

    /// <summary>
    /// Completes when the file's bytes are in the mirror and its mark is gone. At once for a file that is no placeholder. One download
    /// however many wait; cancelling ends this wait only.
    /// </summary>
    ValueTask HydrateAsync(TreePath file, ulong inode, CancellationToken cancellationToken);

    /// <summary>
    /// The file is about to be truncated to zero through the mount: no download is needed. Waits for or stops one that runs, truncates,
    /// removes the mark, in this order. Nothing to do for a file that is no placeholder.
    /// </summary>
    ValueTask DiscardPlaceholderAsync(TreePath file, ulong inode, CancellationToken cancellationToken);

    /// <summary>
    /// Promise 1: everything written to this inode before the call is in the store under its name when this completes.
    /// </summary>
    /// <returns>False when <paramref name="file"/> no longer names this inode: ask again with its present name.</returns>
    Task<bool> FsyncAsync(TreePath file, ulong inode, CancellationToken cancellationToken);

    /// <summary>Promise 2: the names directly in the folder and the files that they name; for the root, the whole mount.</summary>
    Task FsyncFolderAsync(TreePath folder, CancellationToken cancellationToken);

    /// <summary>How a path stands with the store, in a word: <c>synced</c>, <c>pending</c>, <c>local-only</c>, <c>conflict</c>, <c>failed</c>; null when there is no such path.</summary>
    string? StatusOf(TreePath path);

    /// <summary>
    /// Set by the adapter: called (from any thread, no lock held) when sync gave a name another inode, or took it away or added it.
    /// The adapter drops the kernel's cached entry.
    /// </summary>
    Action<TreePath>? EntryChanged { get; set; }

    /// <summary>
    /// Set by the adapter of a mount with the kernel's writeback cache: asks the kernel to write out what it holds of the whole mount.
    /// Called before a flush of everything. Null where nothing is held back.
    /// </summary>
    Func<CancellationToken, Task>? WriteBackKernelCache { get; set; }
}
