using AgentBay.Fs.Metadata;
using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Mirror;

/// <summary>What a host adapter sees of an open mirror: see <see cref="IMirrorHost"/>.</summary>
internal sealed class MirrorHost(OpenMirror mirror, string treeDirectory, FolderFiller filler, Hydrator hydrator, SyncEngine engine, PathInspector inspector) : IMirrorHost
{
    private readonly BorderGuard border = new(mirror);

    public string TreeDirectory => treeDirectory;

    public bool ReadOnly => mirror.Options.ReadOnly;

    public bool FsyncReachesStore => mirror.Options.FsyncReachesStore;

    public bool SyncOnClose => mirror.Options.SyncOnClose;

    public bool CanStore(IReadOnlyDictionary<string, byte[]> xattrs) => ObjectDescription.CanHold(xattrs, mirror.Store.Properties);

    public Journal Journal => mirror.Journal;

    public PlaceholderTable Placeholders => mirror.Placeholders;

    public NamespaceGate Gate => mirror.Gate;

    public Action<TreePath>? EntryChanged
    {
        get => mirror.EntryChanged;
        set => mirror.EntryChanged = value;
    }

    public Func<CancellationToken, Task>? WriteBackKernelCache
    {
        get => engine.WriteBackKernelCache;
        set => engine.WriteBackKernelCache = value;
    }

    public string? StatusOf(TreePath path) => inspector.Look(path)?.Word;

    public ValueTask FillAsync(TreePath folder, ulong inode, CancellationToken cancellationToken) => filler.FillAsync(folder, inode, cancellationToken);

    public ValueTask FillTreeAsync(TreePath folder, CancellationToken cancellationToken) => new(filler.FillTreeAsync(folder, cancellationToken));

    public bool WouldStrandPlaceholder(TreePath from, TreePath to) => border.WouldStrand(from, to);

    public void FolderCreated(ulong inode) => filler.Created(inode);

    public void FolderRemoved(ulong inode) => filler.Removed(inode);

    public ValueTask HydrateAsync(TreePath file, ulong inode, CancellationToken cancellationToken) => hydrator.HydrateAsync(file, inode, cancellationToken);

    public ValueTask DiscardPlaceholderAsync(TreePath file, ulong inode, CancellationToken cancellationToken) =>
        mirror.Placeholders.TryGet(inode, out _) ? new ValueTask(hydrator.DiscardAsync(file, inode, cancellationToken)) : ValueTask.CompletedTask;

    public Task<bool> FsyncAsync(TreePath file, ulong inode, CancellationToken cancellationToken) => engine.FsyncAsync(file, inode, cancellationToken);

    public Task FsyncFolderAsync(TreePath folder, CancellationToken cancellationToken) => engine.FsyncFolderAsync(folder, cancellationToken);
}
