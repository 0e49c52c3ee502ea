using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

public static unsafe partial class Syscall
{
    /// <summary>read(2), once. EINTR is not retried: the caller may have sent the signal.</summary>
    public static Errno ReadOnce(SafeFileHandle file, Span<byte> buffer, out int count)
    {
        nint result;
        fixed (byte* p = buffer)
        {
            result = Native.Read(Fd(file), p, (nuint)buffer.Length);
        }

        count = result < 0 ? 0 : (int)result;
        return result < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>write(2), once: devices and sockets take a message whole or not at all.</summary>
    public static Errno WriteOnce(SafeFileHandle file, ReadOnlySpan<byte> message, out int count)
    {
        nint result;
        fixed (byte* p = message)
        {
            do
            {
                result = Native.Write(Fd(file), p, (nuint)message.Length);
            }
            while (result < 0 && LastErrno() == Errno.EINTR);
        }

        count = result < 0 ? 0 : (int)result;
        return result < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>ioctl(2) with a structure of the caller's.</summary>
    public static Errno Ioctl<T>(SafeFileHandle file, uint request, ref T argument, out int result)
        where T : unmanaged
    {
        fixed (T* p = &argument)
        {
            result = Native.Ioctl(Fd(file), request, p);
        }

        return result < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>The descriptor's number, for a call or a mount option that names it; valid while the caller keeps <paramref name="file"/>.</summary>
    public static int Number(SafeFileHandle file) => Fd(file);

    /// <summary>Sets or clears <c>FD_CLOEXEC</c>.</summary>
    public static Errno SetCloseOnExec(SafeFileHandle file, bool closeOnExec)
    {
        const int setFlags = 2, closeOnExecFlag = 1;
        return Result(Native.Fcntl(Fd(file), setFlags, closeOnExec ? closeOnExecFlag : 0));
    }
}
