namespace AgentBay.Fs.Linux;

public sealed partial class MirrorFileSystem
{
    private const int FolderType = (int)(StatMode.Directory >> 12);

    public override ValueTask<FuseResult<FuseOpen>> OpenDirectory(FuseRequest request, NodeId node, int flags)
    {
        if (!nodes.TryGet(node, out Node? folder))
        {
            return Result<FuseOpen>(Errno.ESTALE);
        }

        ValueTask filled = Fill(folder, request);
        return filled.IsCompletedSuccessfully
            ? Result(OpenDirectoryNow(folder))
            : After(filled, (fs: this, folder), static s => s.fs.OpenDirectoryNow(s.folder));
    }

    private FuseResult<FuseOpen> OpenDirectoryNow(Node folder)
    {
        ulong id = (ulong)Interlocked.Increment(ref lastStream);
        folderStreams[id] = new FolderStream(folder);
        return new FuseOpen(new HandleId(id));
    }

    public override ValueTask<Errno> ReadDirectory(FuseRequest request, NodeId node, HandleId handle, ulong offset, DirectoryEntries entries)
    {
        if (!folderStreams.TryGetValue(handle.Value, out FolderStream? stream))
        {
            return new(Errno.EBADF);
        }

        if (offset > 0 && stream.Names is not null)
        {
            return new(ReadDirectoryNow(stream, offset, entries));
        }

        // From the start, by rewinddir perhaps: names may have come.
        stream.Names = null;
        ValueTask filled = Fill(stream.Folder, request);
        return filled.IsCompletedSuccessfully
            ? new(ReadDirectoryNow(stream, offset, entries))
            : After(filled, (fs: this, stream, offset, entries), static s => s.fs.ReadDirectoryNow(s.stream, s.offset, s.entries));
    }

    private Errno ReadDirectoryNow(FolderStream stream, ulong offset, DirectoryEntries entries)
    {
        Errno error = BorrowFolder(stream.Folder, out Borrowed folder);
        if (error != Errno.OK)
        {
            return error;
        }

        using (folder)
        {
            if (stream.Names is null)
            {
                var names = new List<DirectoryName>();
                error = ReadNames(folder.Handle, names);
                if (error != Errno.OK)
                {
                    return error;
                }

                stream.Names = names;
            }

            // Two requests on one handle do not overlap: the kernel holds its position.
            return AddEntries(stream, folder.Handle, offset, entries);
        }
    }

    private static Errno ReadNames(SafeFileHandle folder, List<DirectoryName> names)
    {
        Errno error = Syscall.Open(folder, "."u8, OpenFlags.Directory, 0, out SafeFileHandle readable);
        using (readable)
        {
            return error != Errno.OK ? error : Syscall.ReadDirectory(readable, names);
        }
    }

    private Errno AddEntries(FolderStream stream, SafeFileHandle folder, ulong offset, DirectoryEntries entries)
    {
        List<DirectoryName> names = stream.Names!;
        for (ulong at = offset; at < (ulong)names.Count + 2; at++)
        {
            if (at < 2)
            {
                ulong inode = at == 0 || !nodes.TryGetName(stream.Folder, out Node? parent, out _) ? stream.Folder.Inode : parent.Inode;
                if (!entries.TryAdd(at == 0 ? "."u8 : ".."u8, inode, FolderType, at + 1))
                {
                    break;
                }

                continue;
            }

            DirectoryName name = names[(int)(at - 2)];
            if (!entries.WithAttributes)
            {
                if (!entries.TryAdd(name.Name, name.Inode, name.Type, at + 1))
                {
                    break;
                }

                continue;
            }

            FuseResult<FuseEntry> found = Find(stream.Folder, folder, name.Name);
            if (found.IsError || found.Value.Node == default)
            {
                continue; // It went since the names were read.
            }

            if (!entries.TryAdd(name.Name, found.Value, at + 1))
            {
                nodes.Forget(found.Value.Node, 1);
                break;
            }
        }

        return Errno.OK;
    }

    public override ValueTask<Errno> ReleaseDirectory(FuseRequest request, NodeId node, HandleId handle)
    {
        _ = folderStreams.TryRemove(handle.Value, out _);
        return new(Errno.OK);
    }

    public override async ValueTask<Errno> FsyncDirectory(FuseRequest request, NodeId node, HandleId handle, bool dataOnly)
    {
        if (!nodes.TryGet(node, out Node? folder))
        {
            return Errno.ESTALE;
        }

        Errno error = await Task.Run(() => SyncFolder(folder));
        if (error != Errno.OK || !host.FsyncReachesStore || !nodes.TryGetPath(folder, out TreePath path))
        {
            return error;
        }

        try
        {
            await host.FsyncFolderAsync(path, request.Interrupted);
            return Errno.OK;
        }
        catch (Exception failure) when (ErrnoMap.Of(failure) is not null)
        {
            return Failed(path, failure);
        }
    }

    private Errno SyncFolder(Node folder)
    {
        Errno error = BorrowReadable(folder, out Borrowed open);
        if (error != Errno.OK)
        {
            return error;
        }

        using (open)
        {
            return Syscall.Sync(open.Handle);
        }
    }

    private Errno Failed(TreePath path, Exception failure)
    {
        Errno error = ErrnoMap.Of(failure)!.Value;
        if (error != Errno.EINTR)
        {
            Log.RequestFailed(logger, path, error, failure.Message);
        }

        return error;
    }
}
