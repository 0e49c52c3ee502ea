namespace AgentBay.Fs.Linux;

public sealed partial class MirrorFileSystem
{
    public override ValueTask<FuseResult<FuseEntry>> Lookup(FuseRequest request, NodeId parent, ReadOnlySpan<byte> name)
    {
        if (!nodes.TryGet(parent, out Node? folder))
        {
            return Result<FuseEntry>(Errno.ESTALE);
        }

        ValueTask filled = Fill(folder, request);
        return filled.IsCompletedSuccessfully
            ? Result(LookupNow(folder, name))
            : After(filled, (fs: this, folder, name: name.ToArray()), static s => s.fs.LookupNow(s.folder, s.name));
    }

    private FuseResult<FuseEntry> LookupNow(Node parent, ReadOnlySpan<byte> name)
    {
        Errno error = BorrowFolder(parent, out Borrowed folder);
        if (error != Errno.OK)
        {
            return error;
        }

        using (folder)
        {
            return Find(parent, folder.Handle, name);
        }
    }

    /// <summary>Stat of a name, and its node with one more reference of the kernel's.</summary>
    private FuseResult<FuseEntry> Find(Node parent, SafeFileHandle folder, ReadOnlySpan<byte> name)
    {
        Errno error = StatShown(folder, name, out FileStatus status);
        return error == Errno.ENOENT ? FuseEntry.Negative(options.EntryLifetime)
            : error != Errno.OK ? error
            : Entry(nodes.Found(parent, name, status), status);
    }

    public override ValueTask<FuseResult<ReadOnlyMemory<byte>>> ReadLink(FuseRequest request, NodeId node)
    {
        if (!nodes.TryGet(node, out Node? link) || !nodes.TryGetName(link, out Node? parent, out byte[] name))
        {
            return Result<ReadOnlyMemory<byte>>(Errno.ESTALE);
        }

        Errno error = BorrowFolder(parent, out Borrowed folder);
        if (error != Errno.OK)
        {
            return Result<ReadOnlyMemory<byte>>(error);
        }

        using (folder)
        {
            error = Syscall.ReadLink(folder.Handle, name, out byte[] target);
            return Result<ReadOnlyMemory<byte>>(error != Errno.OK ? error : (ReadOnlyMemory<byte>)target);
        }
    }
}
