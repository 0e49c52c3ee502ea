using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

public static unsafe partial class Syscall
{
    /// <summary>A connected pair of Unix stream sockets, both close-on-exec.</summary>
    public static Errno SocketPair(out SafeFileHandle one, out SafeFileHandle other)
    {
        const int unix = 1, stream = 1, closeOnExec = 0x80000;
        var pair = stackalloc int[2];
        if (Native.SocketPair(unix, stream | closeOnExec, 0, pair) < 0)
        {
            one = new SafeFileHandle();
            other = new SafeFileHandle();
            return LastErrno();
        }

        one = new SafeFileHandle(pair[0], ownsHandle: true);
        other = new SafeFileHandle(pair[1], ownsHandle: true);
        return Errno.OK;
    }

    /// <summary>Takes the descriptor that a message of one byte or more carries (<c>SCM_RIGHTS</c>), without waiting.</summary>
    /// <returns>EAGAIN when no message is there; ENODATA when it carries no descriptor, or the peer has closed.</returns>
    public static Errno ReceiveDescriptor(SafeFileHandle socket, out SafeFileHandle received)
    {
        const int dontWait = 0x40, closeOnExec = 0x40000000, socketLevel = 1, rights = 1;
        received = new SafeFileHandle();
        byte payload;
        var vector = new IoVector { Base = &payload, Length = 1 };

        // struct cmsghdr: length 8, level 4, type 4; then the descriptor, padded to 8.
        const int controlSize = 24;
        var control = stackalloc byte[controlSize];
        var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = controlSize };
        nint length;
        do
        {
            length = Native.ReceiveMessage(Fd(socket), &message, dontWait | closeOnExec);
        }
        while (length < 0 && LastErrno() == Errno.EINTR);

        if (length < 0)
        {
            return LastErrno();
        }

        var header = new ReadOnlySpan<byte>(control, controlSize);
        if (message.ControlLength < 20 || MemoryMarshal.Read<int>(header[8..]) != socketLevel || MemoryMarshal.Read<int>(header[12..]) != rights)
        {
            return Errno.ENODATA;
        }

        received = new SafeFileHandle(MemoryMarshal.Read<int>(header[16..]), ownsHandle: true);
        return Errno.OK;
    }
}
