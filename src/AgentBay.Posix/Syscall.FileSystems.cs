using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

public static unsafe partial class Syscall
{
    public static Errno StatFileSystem(SafeFileHandle file, out FileSystemStatus status)
    {
        // struct statfs on 64-bit Linux: type, bsize, blocks, bfree, bavail, files, ffree (8 each), fsid 8, namelen, frsize, flags.
        var s = stackalloc long[16];
        if (Native.FstatFs(Fd(file), s) < 0)
        {
            status = default;
            return LastErrno();
        }

        status = new FileSystemStatus(s[0], (uint)s[1], (uint)s[9], (ulong)s[2], (ulong)s[3], (ulong)s[4], (ulong)s[5], (ulong)s[6], (uint)s[8]);
        return Errno.OK;
    }
}
