using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

public static unsafe partial class Syscall
{
    private static int leaseBreaksIgnored;

    /// <summary>flock(2), exclusive. The lock lives as long as the open file.</summary>
    /// <returns>EWOULDBLOCK (EAGAIN) when another holds it and <paramref name="wait"/> is false.</returns>
    public static Errno Lock(SafeFileHandle file, bool wait)
    {
        const int exclusive = 2, nonBlocking = 4;
        return Retry(() => Native.Flock(Fd(file), wait ? exclusive : exclusive | nonBlocking));
    }

    public static Errno Unlock(SafeFileHandle file)
    {
        const int unlock = 8;
        return Result(Native.Flock(Fd(file), unlock));
    }

    /// <summary>
    /// Whether any process (or the kernel on a process's behalf: passthrough, mmap) still has this file open for writing.
    /// Takes and drops a read lease (F_SETLEASE F_RDLCK), which the kernel refuses with EAGAIN while there is a writer.
    /// </summary>
    /// <param name="file">Open read-only, by the file's owner or with CAP_LEASE.</param>
    public static Errno HasWriters(SafeFileHandle file, out bool hasWriters)
    {
        const int setLease = 1024, readLease = 0, unlock = 2;
        hasWriters = false;
        IgnoreLeaseBreaks();
        if (Native.Fcntl(Fd(file), setLease, readLease) < 0)
        {
            hasWriters = LastErrno() == Errno.EAGAIN;
            return hasWriters ? Errno.OK : LastErrno();
        }

        return Result(Native.Fcntl(Fd(file), setLease, unlock));
    }

    /// <summary>Who opens the file for writing while we hold the lease waits for its end, and we are sent SIGIO, which would end the process.</summary>
    private static void IgnoreLeaseBreaks()
    {
        const int sigIo = 29, ignore = 1;
        if (Interlocked.Exchange(ref leaseBreaksIgnored, 1) == 0)
        {
            _ = Native.Signal(sigIo, ignore);
        }
    }
}
