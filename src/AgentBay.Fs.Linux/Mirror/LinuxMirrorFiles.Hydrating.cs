namespace AgentBay.Fs.Linux;

public sealed partial class LinuxMirrorFiles
{
    public SafeFileHandle? OpenHydrate(TreePath file, FileIdentity identity) => OpenFile(file, identity, OpenFlags.ReadWrite);

    public LocalEntry SyncData(SafeFileHandle file)
    {
        _ = Check(Syscall.SyncData(file), "fdatasync a file of", TreePath.Root);
        return Describe(file);
    }

    public LocalEntry FinishHydration(SafeFileHandle file)
    {
        _ = Check(Syscall.SyncData(file), "fdatasync a file of", TreePath.Root);

        Errno error = Syscall.GetXattr(file, OwnXattr.Placeholder, out byte[] value);
        if (error == Errno.ENODATA)
        {
            return Describe(file);
        }

        _ = Check(error, "getxattr of a file of", TreePath.Root);
        _ = Check(Syscall.SetTimes(file, null, MarkFormat.Decode(value).MtimeNs), "utimens of a file of", TreePath.Root);
        error = Syscall.RemoveXattr(file, OwnXattr.Placeholder);
        _ = error == Errno.ENODATA || Check(error, "removexattr of a file of", TreePath.Root);
        return Describe(file);
    }

    public void RewriteMark(TreePath file, FileIdentity identity, PlaceholderMark mark) => _ = TryRewriteMark(file, identity, mark);

    /// <returns>False when the file carries no mark (any more): nothing changed.</returns>
    internal bool TryRewriteMark(TreePath file, FileIdentity identity, PlaceholderMark mark)
    {
        using SafeFileHandle? open = OpenFile(file, identity, OpenFlags.ReadOnly);
        if (open is null)
        {
            return false;
        }

        // REPLACE: a hydration may have ended meanwhile, and a mark on a whole file would undo it.
        Errno error = Syscall.SetXattr(open, OwnXattr.Placeholder, MarkFormat.Encode(mark), Syscall.XattrReplace);
        return error != Errno.ENODATA && Check(error, "setxattr", file);
    }

    private LocalEntry Describe(SafeFileHandle file)
    {
        _ = Check(Syscall.Stat(file, out FileStatus status), "stat a file of", TreePath.Root);
        return Describe(status, ModeKeeper.Read(file, status));
    }
}
