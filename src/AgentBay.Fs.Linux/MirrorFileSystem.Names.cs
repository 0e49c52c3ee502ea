using System.Runtime.CompilerServices;

namespace AgentBay.Fs.Linux;

public sealed partial class MirrorFileSystem
{
    private const uint NoReplace = 1, Exchange = 2;

    public override ValueTask<Errno> Unlink(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name)
    {
        Errno refused = Refuse(parent, out Node? folder);
        if (refused != Errno.OK)
        {
            return new(refused);
        }

        ValueTask filled = Fill(folder!, request);
        return filled.IsCompletedSuccessfully
            ? new(RemoveNow(folder!, name, directory: false))
            : After(filled, (fs: this, folder, name: name.ToArray()), static s => s.fs.RemoveNow(s.folder!, s.name, directory: false));
    }

    private Errno RemoveNow(Node parent, ReadOnlySpan<byte> name, bool directory)
    {
        using (host.Gate.EnterShared())
        {
            Errno error = BorrowFolder(parent, out Borrowed folder);
            if (error != Errno.OK)
            {
                return error;
            }

            using (folder)
            {
                error = Displace(folder.Handle, name, out Displaced displaced);
                using (displaced)
                {
                    if (error == Errno.OK)
                    {
                        error = directory ? Syscall.RemoveDirectory(folder.Handle, name) : Syscall.Unlink(folder.Handle, name);
                    }

                    if (error == Errno.OK)
                    {
                        host.Journal.NameChanged(PathOf(parent, name));
                        Gone(parent, name, displaced);
                    }

                    return error;
                }
            }
        }
    }

    public override ValueTask<Errno> RemoveDirectory(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name)
    {
        Errno refused = Refuse(parent, out Node? folder);
        return refused != Errno.OK ? new(refused) : RemoveDirectory(request, folder!, name.ToArray());
    }

    private async ValueTask<Errno> RemoveDirectory(FuseRequest request, Node folder, byte[] name)
    {
        try
        {
            await Fill(folder, request);
            await FillChild(folder, name, wholeTree: false, request);
            return RemoveNow(folder, name, directory: true);
        }
        catch (Exception failure) when (ErrnoMap.Of(failure) is not null)
        {
            return ErrnoMap.Of(failure)!.Value;
        }
    }

    /// <summary>Brings in the names of a folder that is about to go or to move, if the name is one.</summary>
    private async ValueTask FillChild(Node parent, byte[] name, bool wholeTree, FuseRequest request)
    {
        if (StatChild(parent, name) is { IsDirectory: true } status && nodes.TryGetPath(parent, out TreePath path))
        {
            ValueTask filled = wholeTree
                ? host.FillTreeAsync(path.Append(name), request.Interrupted)
                : host.FillAsync(path.Append(name), status.Inode, request.Interrupted);
            await filled;
        }
    }

    private FileStatus? StatChild(Node parent, byte[] name)
    {
        if (BorrowFolder(parent, out Borrowed folder) != Errno.OK)
        {
            return null;
        }

        using (folder)
        {
            return Syscall.Stat(folder.Handle, name, out FileStatus status) == Errno.OK ? status : null;
        }
    }

    public override ValueTask<Errno> Rename(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name, NodeId newParent, ReadOnlySpan<byte> newName, uint flags)
    {
        if ((flags & ~(NoReplace | Exchange)) != 0 || flags == (NoReplace | Exchange))
        {
            return new(Errno.EINVAL);
        }

        Errno refused = Refuse(parent, out Node? from);
        refused = refused == Errno.OK ? Refuse(newParent, out Node? to) : refused;
        return refused != Errno.OK ? new(refused)
            : nodes.TryGet(newParent, out to) ? Rename(request, from!, name.ToArray(), to, newName.ToArray(), flags)
            : new(Errno.ESTALE);
    }

    private async ValueTask<Errno> Rename(FuseRequest request, Node parent, byte[] name, Node newParent, byte[] newName, uint flags)
    {
        try
        {
            await Fill(parent, request);
            await Fill(newParent, request);
            await FillChild(parent, name, wholeTree: true, request);
            await FillChild(newParent, newName, wholeTree: flags == Exchange, request);
            Errno stays = await BringInWhatLeaves(parent, name, newParent, newName, request);
            stays = stays == Errno.OK && flags == Exchange ? await BringInWhatLeaves(newParent, newName, parent, name, request) : stays;
            return stays != Errno.OK ? stays : RenameNow(parent, name, newParent, newName, flags);
        }
        catch (Exception failure) when (ErrnoMap.Of(failure) is not null)
        {
            return ErrnoMap.Of(failure)!.Value;
        }
    }

    /// <summary>A placeholder does not leave the white lists. Of a folder it stays where it is: to programs the other side is another filesystem.</summary>
    private async ValueTask<Errno> BringInWhatLeaves(Node parent, byte[] name, Node newParent, byte[] newName, FuseRequest request)
    {
        if (!WouldStrand(parent, name, newParent, newName) || StatChild(parent, name) is not { } status || !nodes.TryGetPath(parent, out TreePath folder))
        {
            return Errno.OK;
        }

        if (status.IsDirectory)
        {
            return Errno.EXDEV;
        }

        await host.HydrateAsync(folder.Append(name), status.Inode, request.Interrupted);
        return Errno.OK;
    }

    private bool WouldStrand(Node parent, ReadOnlySpan<byte> name, Node newParent, ReadOnlySpan<byte> newName) =>
        nodes.TryGetPath(parent, out TreePath from) && nodes.TryGetPath(newParent, out TreePath to) && host.WouldStrandPlaceholder(from.Append(name), to.Append(newName));

    private Errno RenameNow(Node parent, byte[] name, Node newParent, byte[] newName, uint flags)
    {
        using (host.Gate.EnterShared())
        {
            Errno error = BorrowFolder(parent, out Borrowed folder);
            if (error != Errno.OK)
            {
                return error;
            }

            using (folder)
            {
                error = BorrowFolder(newParent, out Borrowed newFolder);
                if (error != Errno.OK)
                {
                    return error;
                }

                using (newFolder)
                {
                    error = Syscall.Stat(folder.Handle, name, out FileStatus moved);
                    if (error != Errno.OK)
                    {
                        return error;
                    }

                    if (WouldStrand(parent, name, newParent, newName) || (flags == Exchange && WouldStrand(newParent, newName, parent, name)))
                    {
                        return Errno.EXDEV; // Sync placed another version since.
                    }

                    error = Displace(newFolder.Handle, newName, out Displaced displaced);
                    using (displaced)
                    {
                        error = error is Errno.OK or Errno.ENOENT ? Syscall.Rename(folder.Handle, name, newFolder.Handle, newName, flags) : error;
                        if (error == Errno.OK)
                        {
                            Renamed(parent, name, newParent, newName, moved, displaced, flags == Exchange);
                        }

                        return error;
                    }
                }
            }
        }
    }

    private void Renamed(Node parent, byte[] name, Node newParent, byte[] newName, in FileStatus moved, in Displaced displaced, bool exchange)
    {
        TreePath from = PathOf(parent, name), to = PathOf(newParent, newName);
        Node? node = nodes.Find(moved);
        if (exchange)
        {
            Node? other = displaced.Node;
            if (other is not null)
            {
                other.PlaceholderCtimeNs = 0;
                nodes.Rename(other, newParent, newName, parent, name);
            }
        }
        else if (displaced.Exists)
        {
            Gone(newParent, newName, displaced);
        }

        if (node is not null)
        {
            node.PlaceholderCtimeNs = 0;
            nodes.Rename(node, parent, name, newParent, newName);
        }

        if (exchange)
        {
            host.Journal.Exchanged(from, to);
        }
        else
        {
            host.Journal.Renamed(from, to, moved.IsDirectory);
        }
    }

    public override ValueTask<FuseResult<FuseEntry>> Link(FuseRequest request, NodeId node, NodeId newParent, ReadOnlySpan<byte> newName)
    {
        Errno refused = Refuse(newParent, out Node? folder);
        if (refused != Errno.OK || !nodes.TryGet(node, out Node? file))
        {
            return Result<FuseEntry>(refused == Errno.OK ? Errno.ESTALE : refused);
        }

        ValueTask ready = LinkWouldStrand(file, folder!, newName) ? FillAndBringIn(folder!, file, request) : Fill(folder!, request);
        return ready.IsCompletedSuccessfully
            ? Result(LinkNow(file, folder!, newName))
            : After(ready, (fs: this, file, folder, newName: newName.ToArray()), static s => s.fs.LinkNow(s.file, s.folder!, s.newName));
    }

    private async ValueTask FillAndBringIn(Node folder, Node file, FuseRequest request)
    {
        await Fill(folder, request);
        await MakeReady(file, request, discard: false);
    }

    private bool LinkWouldStrand(Node file, Node newParent, ReadOnlySpan<byte> newName) =>
        nodes.TryGetPath(file, out TreePath from) && nodes.TryGetPath(newParent, out TreePath to) && host.WouldStrandPlaceholder(from, to.Append(newName));

    private FuseResult<FuseEntry> LinkNow(Node file, Node newParent, ReadOnlySpan<byte> newName)
    {
        using (host.Gate.EnterShared())
        {
            Errno error = BorrowFolder(newParent, out Borrowed folder);
            if (error != Errno.OK)
            {
                return error;
            }

            using (folder)
            {
                error = LinkWouldStrand(file, newParent, newName) ? Errno.EXDEV : LinkInto(file, folder.Handle, newName);
                if (error != Errno.OK)
                {
                    return error;
                }

                file.PlaceholderCtimeNs = 0;
                if (nodes.TryGetPath(file, out TreePath first))
                {
                    host.Journal.NameChanged(first);
                }

                FuseResult<FuseEntry> entry = Find(newParent, folder.Handle, newName);
                host.Journal.NameChanged(PathOf(newParent, newName));
                ReportWriters(file);
                return entry;
            }
        }
    }

    private Errno LinkInto(Node file, SafeFileHandle folder, ReadOnlySpan<byte> newName)
    {
        if (nodes.TryGetName(file, out Node? parent, out byte[] name))
        {
            Errno error = BorrowFolder(parent, out Borrowed old);
            if (error != Errno.OK)
            {
                return error;
            }

            using (old)
            {
                error = Syscall.Stat(old.Handle, name, out FileStatus status);
                return error != Errno.OK ? error : IsOf(status, file) ? Syscall.Link(old.Handle, name, folder, newName) : Errno.ESTALE;
            }
        }

        if (!Borrowed.TryTake(file.Handle, out Borrowed open))
        {
            return Errno.ENOENT;
        }

        using (open)
        {
            return Syscall.Link(open.Handle, folder, newName);
        }
    }

    /// <summary>A file that was opened without a name has got one.</summary>
    private void ReportWriters(Node file)
    {
        lock (file)
        {
            if (file.UnreportedWriters > 0 && nodes.TryGetPath(file, out TreePath path))
            {
                file.WriterPath = path;
                for (; file.UnreportedWriters > 0; file.UnreportedWriters--)
                {
                    host.Journal.WriterOpened(path, file.Inode);
                }

                host.Journal.DataChanged(path, file.Inode);
            }
        }
    }

    /// <summary>What is about to lose a name. A placeholder's inode is held, so that its number is not given to another before the table has forgotten it.</summary>
    private Errno Displace(SafeFileHandle folder, ReadOnlySpan<byte> name, out Displaced displaced)
    {
        displaced = default;
        Errno error = StatShown(folder, name, out FileStatus status);
        if (error != Errno.OK)
        {
            return error;
        }

        SafeFileHandle? held = null;
        if (status is { IsRegular: true, Links: 1 } && host.Placeholders.Count > 0 && host.Placeholders.TryGet(status.Inode, out _))
        {
            error = Syscall.Open(folder, name, OpenFlags.Path, 0, out held);
        }

        displaced = new Displaced(status, nodes.Find(status), held);
        return error;
    }

    /// <summary>A name went.</summary>
    private void Gone(Node parent, ReadOnlySpan<byte> name, in Displaced displaced)
    {
        if (displaced.IsPlaceholder)
        {
            host.Placeholders.Remove(displaced.Status.Inode);
        }

        if (displaced.Status.IsDirectory)
        {
            host.FolderRemoved(displaced.Status.Inode);
        }
        else if (displaced.Status is { IsRegular: true, Links: > 1 })
        {
            // What was written by this name is still to be seen under the others.
            host.Journal.DataChanged(PathOf(parent, name), displaced.Status.Inode);
        }

        if (displaced.Node is not { } node)
        {
            return;
        }

        node.PlaceholderCtimeNs = 0;
        if (nodes.RemoveName(node, parent, name))
        {
            return;
        }

        uint links = displaced.Status.IsDirectory ? 0 : displaced.Status.Links - 1;
        node.LastStatus = new StrongBox<FileStatus>(displaced.Status with { Links = links });
        lock (node)
        {
            if (node.Opens == 0)
            {
                DropHandle(node); // Else it would hold the disk's space.
            }
        }
    }

    /// <summary>An open file without a name is closed: what it looks like from now on. The caller holds the node's lock.</summary>
    private void RememberStatus(Node file)
    {
        if (file.Handle is { } handle && !nodes.TryGetName(file, out _, out _) && StatShown(handle, default, out FileStatus status) == Errno.OK)
        {
            file.LastStatus = new StrongBox<FileStatus>(status);
        }
    }

    private readonly struct Displaced(FileStatus status, Node? node, SafeFileHandle? held) : IDisposable
    {
        internal FileStatus Status { get; } = status;

        internal Node? Node { get; } = node;

        internal bool Exists => Status.Mode != 0;

        internal bool IsPlaceholder => held is not null;

        public void Dispose() => held?.Dispose();
    }
}
