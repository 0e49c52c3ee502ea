using System.Collections.Concurrent;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Linux.Tests;

/// <summary>A mounted context without a store: what would be downloaded is given by the test.</summary>
internal sealed class FakeHost(string treeDirectory, LinuxMirrorFiles files) : IMirrorHost, IDisposable
{
    public string TreeDirectory => treeDirectory;

    public bool ReadOnly { get; init; }

    public bool FsyncReachesStore { get; init; } = true;

    public bool SyncOnClose { get; init; }

    public bool CanStore(IReadOnlyDictionary<string, byte[]> xattrs) => xattrs.Sum(xattr => xattr.Key.Length + xattr.Value.Length) <= XattrLimit;

    internal int XattrLimit { get; set; } = 1500;

    public string? StatusOf(TreePath path) => "synced";

    public Journal Journal { get; } = new(TimeProvider.System);

    public PlaceholderTable Placeholders { get; } = new();

    public NamespaceGate Gate { get; } = new();

    public Action<TreePath>? EntryChanged { get; set; }

    public Func<CancellationToken, Task>? WriteBackKernelCache { get; set; }

    /// <summary>What was asked for, in order.</summary>
    internal ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The bytes of placeholders, by key.</summary>
    internal ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>Folders whose names come when they are first looked into.</summary>
    internal ConcurrentDictionary<TreePath, Action> Unfilled { get; } = new();

    /// <summary>Hydrations and fills wait for it.</summary>
    internal TaskCompletionSource? Hold { get; set; }

    internal FsError? Failure { get; set; }

    internal Func<TreePath, bool>? Fsync { get; set; }

    /// <summary>A placeholder in the mirror, as sync would place it.</summary>
    internal LocalEntry Place(string path, byte[] content, long mtimeNs = 1_500_000_000_000_000_001)
    {
        TreePath at = TreePath.Parse(path);
        var mark = new PlaceholderMark(path, "etag", content.Length, mtimeNs);
        Objects[path] = content;
        LocalEntry placed = files.PlacePlaceholder(at, mark, new EntryAttributes { Mode = EntryAttributes.DefaultFileMode, MtimeNs = mtimeNs }, null)!.Value;
        Placeholders.Set(placed.Identity.Inode, mark);
        return placed;
    }

    public ValueTask FillAsync(TreePath folder, ulong inode, CancellationToken cancellationToken) =>
        Unfilled.TryRemove(folder, out Action? fill) ? FillAsync(folder, fill, cancellationToken) : default;

    private async ValueTask FillAsync(TreePath folder, Action fill, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"fill {folder}");
        await Held(cancellationToken);
        fill();
    }

    public async ValueTask FillTreeAsync(TreePath folder, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"fill tree {folder}");
        foreach (TreePath below in Unfilled.Keys.Where(path => path.IsAtOrUnder(folder)).ToList())
        {
            await FillAsync(below, 0, cancellationToken);
        }
    }

    /// <summary>Outside the white lists.</summary>
    internal TreePath? Outside { get; set; }

    public bool WouldStrandPlaceholder(TreePath from, TreePath to) =>
        Outside is { } outside && to.IsAtOrUnder(outside) && files.TryStat(from) is { } entry
        && (entry.Kind == EntryKind.Folder ? Placeholders.Count > 0 : Placeholders.TryGet(entry.Identity.Inode, out _));

    public void FolderCreated(ulong inode) => Calls.Enqueue("folder created");

    public void FolderRemoved(ulong inode) => Calls.Enqueue("folder removed");

    public async ValueTask HydrateAsync(TreePath file, ulong inode, CancellationToken cancellationToken)
    {
        if (!Placeholders.TryGet(inode, out PlaceholderMark? mark))
        {
            return;
        }

        Calls.Enqueue($"hydrate {file}");
        await Held(cancellationToken);
        LocalEntry entry = files.TryStat(file)!.Value;
        using var handle = files.OpenHydrate(file, entry.Identity)!;
        RandomAccess.Write(handle, Objects[mark.Key], 0);
        _ = files.FinishHydration(handle);
        Placeholders.Remove(inode);
    }

    public async ValueTask DiscardPlaceholderAsync(TreePath file, ulong inode, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"discard {file}");
        await Held(cancellationToken);
        LocalEntry entry = files.TryStat(file)!.Value;
        using var handle = files.OpenHydrate(file, entry.Identity)!;
        RandomAccess.SetLength(handle, 0);
        _ = files.FinishHydration(handle);
        Placeholders.Remove(inode);
    }

    public Task<bool> FsyncAsync(TreePath file, ulong inode, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"fsync {file}");
        return Failure is { } error ? Task.FromException<bool>(new FsException(error, "as the test wants it")) : Task.FromResult(Fsync?.Invoke(file) ?? true);
    }

    public Task FsyncFolderAsync(TreePath folder, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"fsync folder {folder}");
        return Task.CompletedTask;
    }

    public void Dispose() => Gate.Dispose();

    private async Task Held(CancellationToken cancellationToken)
    {
        if (Hold is { } hold)
        {
            await hold.Task.WaitAsync(cancellationToken);
        }

        if (Failure is { } error)
        {
            throw new FsException(error, "as the test wants it");
        }
    }
}
