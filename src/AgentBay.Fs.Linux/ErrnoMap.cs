namespace AgentBay.Fs.Linux;

/// <summary>What a program is told when a request on a mounted context fails: the one map.</summary>
internal static class ErrnoMap
{
#pragma warning disable CS8524 // A new member must break the build (CS8509); numbers that are no member need not.
    internal static Errno Of(FsError error) => error switch
    {
        FsError.StoreUnavailable => Errno.EIO,
        FsError.StoreRefused => Errno.EIO,
        FsError.Corrupt => Errno.EIO,
        FsError.Stale => Errno.ESTALE,          // the kernel looks the name up again and tries once more
        FsError.Lost => Errno.EIO,
        FsError.NoSpace => Errno.ENOSPC,
        FsError.TooLarge => Errno.ENAMETOOLONG, // metadata that is too large was refused when it was set, so what is left is a key
        FsError.ShuttingDown => Errno.ESHUTDOWN,
    };
#pragma warning restore CS8524

    /// <summary>Null for what is no failure of a request but a fault of ours: the session answers EIO and logs it.</summary>
    internal static Errno? Of(Exception exception) => exception switch
    {
        FsException failure => Of(failure.Error),
        PosixException failure => failure.Error,
        OperationCanceledException => Errno.EINTR,
        _ => null,
    };
}
