using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AgentBay.Fs.Linux;

/// <summary>
/// A mirror as a FUSE filesystem: a pass-through onto its tree that brings names and bytes in before it touches them, and tells
/// the journal what it changed before it answers. A request whose names and bytes are here completes synchronously.
/// INVARIANT: system calls that change the tree, and the journal's note of them, happen in one shared hold of the namespace gate.
/// Lock order: the gate, a node, the node table.
/// </summary>
public sealed partial class MirrorFileSystem : FuseFileSystem, IDisposable
{
    private readonly IMirrorHost host;
    private readonly LinuxMirrorFiles files;
    private readonly MirrorFileSystemOptions options;
    private readonly ILogger logger;
    private readonly NodeTable nodes;
    private readonly HandleRing folderHandles;
    private readonly HandleRing idleFiles;
    private readonly ConcurrentDictionary<ulong, FolderStream> folderStreams = new();
    private long lastStream;
    private IKernel kernel = null!;
    private KernelNotices? notices;

    /// <param name="files">The files below <see cref="IMirrorHost.TreeDirectory"/>; stays the caller's.</param>
    /// <remarks>The process's umask must be 0: the kernel has applied the caller's.</remarks>
    public MirrorFileSystem(IMirrorHost host, LinuxMirrorFiles files, MirrorFileSystemOptions options, ILogger logger)
    {
        this.host = host;
        this.files = files;
        this.options = options;
        this.logger = logger;
        Syscall.Stat(files.Tree, out FileStatus root).ThrowIfError($"stat {host.TreeDirectory}");
        nodes = new NodeTable(root) { Removed = DropHandle };
        folderHandles = new HandleRing(options.HandleCacheSize, DropHandle);
        idleFiles = new HandleRing(options.HandleCacheSize, DropIdleFile);
    }

    private bool Passthrough => kernel.DataPath == FuseDataPath.Passthrough;

    private bool WritebackCache => kernel.DataPath == FuseDataPath.WritebackCache;

    public override void Started(FuseSession session) => Start(new SessionKernel(session));

    internal void Start(IKernel with)
    {
        kernel = with;
        notices = new KernelNotices(with, FindFolder);
        host.EntryChanged = notices.EntryChanged;
    }

    public override void Destroyed() => Stop();

    public void Dispose() => Stop();

    public override void Forget(NodeId node, ulong lookups) => nodes.Forget(node, lookups);

    public override ValueTask<FuseResult<FuseStatFs>> StatFs(FuseRequest request, NodeId node)
    {
        Errno error = Syscall.StatFileSystem(files.Tree, out FileSystemStatus s);
        return error != Errno.OK ? Result<FuseStatFs>(error)
            : Result<FuseStatFs>(new FuseStatFs(s.Blocks, s.BlocksFree, s.BlocksAvailable, s.Files, s.FilesFree, s.BlockSize, s.NameLength, s.FragmentSize));
    }

    private void Stop()
    {
        host.EntryChanged = null;
        Interlocked.Exchange(ref notices, null)?.End();
        foreach (Node node in nodes.All())
        {
            DropHandle(node);
        }
    }

    private NodeId? FindFolder(TreePath path)
    {
        if (path.IsRoot)
        {
            return NodeId.Root;
        }

        if (TreeFolder.Open(files.Tree, path.Parent, OpenFlags.Path, out TreeFolder parent) != Errno.OK)
        {
            return null;
        }

        using (parent)
        {
            return Syscall.Stat(parent.Handle, path.Name, out FileStatus status) == Errno.OK ? nodes.Find(status)?.Id : null;
        }
    }

    /// <summary>Completes when a folder's names are here; mostly at once.</summary>
    private ValueTask Fill(Node folder, FuseRequest request)
    {
        if (!nodes.TryGetPath(folder, out TreePath path))
        {
            return default; // It is gone: the system call will say so.
        }

        // The token is made only where there is something to wait for.
#pragma warning disable CA2012 // Consumed once, on either way.
        ValueTask fill = host.FillAsync(path, folder.Inode, CancellationToken.None);
#pragma warning restore CA2012
        return fill.IsCompletedSuccessfully ? fill : new ValueTask(fill.AsTask().WaitAsync(request.Interrupted));
    }

    /// <summary>A folder's descriptor (O_PATH), opened at the first use.</summary>
    private Errno BorrowFolder(Node folder, out Borrowed borrowed)
    {
        if (folder == nodes.Root)
        {
            borrowed = Borrowed.Forever(files.Tree);
            return Errno.OK;
        }

        while (true)
        {
            if (Borrowed.TryTake(folder.Handle, out borrowed))
            {
                folder.RecentlyUsed = true;
                return Errno.OK;
            }

            if (!folder.IsFolder)
            {
                return Errno.ENOTDIR;
            }

            if (!nodes.TryGetPath(folder, out TreePath path))
            {
                return Errno.ENOENT;
            }

            Errno error = TreeFolder.OpenHandle(files.Tree, path.Bytes, OpenFlags.Path, out SafeFileHandle handle);
            if (error != Errno.OK)
            {
                return error;
            }

            error = Verify(handle, folder);
            if (error != Errno.OK)
            {
                handle.Dispose();
                return error;
            }

            lock (folder)
            {
                if (folder.Handle is { IsClosed: false })
                {
                    handle.Dispose();
                    continue;
                }

                folder.Handle = handle;
            }

            folderHandles.Add(folder);
        }
    }

    /// <summary>A name can have come to mean another inode by sync's doing; the kernel looks it up again after ESTALE.</summary>
    private static Errno Verify(SafeFileHandle handle, Node node)
    {
        Errno error = Syscall.Stat(handle, out FileStatus status);
        return error != Errno.OK ? error : IsOf(status, node) ? Errno.OK : Errno.ESTALE;
    }

    private static bool IsOf(in FileStatus status, Node node) => status.Inode == node.Inode && status.BirthTimeNs == node.BirthTimeNs;

    private void DropHandle(Node node)
    {
        // Whoever takes the descriptor gives back what belongs to it: a backing id may be another file's when it is given back twice.
        SafeFileHandle? handle = Interlocked.Exchange(ref node.Handle, null);
        if (handle is null)
        {
            return;
        }

        BackingId backing = node.Backing;
        node.Backing = BackingId.None;
        handle.Dispose();
        if (backing != BackingId.None && notices is not null)
        {
            kernel.CloseBacking(backing); // After the end the kernel has given all of them back.
        }
    }

    private void DropIdleFile(Node node)
    {
        lock (node)
        {
            if (node.Opens == 0)
            {
                DropHandle(node);
            }
        }
    }

    private static ValueTask<FuseResult<T>> Result<T>(FuseResult<T> result) => result;

    /// <summary>Goes on when names or bytes are here.</summary>
    private static async ValueTask<FuseResult<T>> After<TState, T>(ValueTask wait, TState state, Func<TState, FuseResult<T>> then)
    {
        try
        {
            await wait;
            return then(state);
        }
        catch (Exception failure) when (ErrnoMap.Of(failure) is not null)
        {
            return ErrnoMap.Of(failure)!.Value;
        }
    }

    private static async ValueTask<Errno> After<TState>(ValueTask wait, TState state, Func<TState, Errno> then)
    {
        try
        {
            await wait;
            return then(state);
        }
        catch (Exception failure) when (ErrnoMap.Of(failure) is { } errno)
        {
            return ErrnoMap.Of(failure)!.Value;
        }
    }
}
