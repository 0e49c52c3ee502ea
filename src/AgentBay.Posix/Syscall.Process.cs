using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

public static unsafe partial class Syscall
{
    public static uint EffectiveUid => Native.GetEuid();

    public static uint EffectiveGid => Native.GetEgid();

    /// <returns>The umask before.</returns>
    public static uint SetUmask(uint mask) => Native.Umask(mask);

    /// <summary>setsid(2): no terminal, a session of its own.</summary>
    public static Errno NewSession() => Result(Native.SetSid());

    /// <summary>dup2(2) onto a number.</summary>
    public static Errno DuplicateTo(SafeFileHandle file, int number) => Result(Native.Dup2(Fd(file), number));

    /// <summary>close_range(2) with CLOSE_RANGE_CLOEXEC: no program that this process starts inherits a descriptor from this number on. Linux 5.11.</summary>
    public static Errno CloseOnExecFrom(int first)
    {
        const uint last = uint.MaxValue, closeOnExec = 4;
        return Result((int)Native.CloseRange(436, (uint)first, last, closeOnExec));
    }

    /// <summary>memfd_create(2), close-on-exec.</summary>
    public static Errno CreateMemoryFile(ReadOnlySpan<byte> name, out SafeFileHandle file)
    {
        const uint closeOnExec = 1;
        using var label = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        int fd = Native.MemfdCreate(label.Pointer, closeOnExec);
        file = new SafeFileHandle(fd, ownsHandle: true);
        return fd < 0 ? LastErrno() : Errno.OK;
    }

    /// <param name="signal">0 asks only whether the process is there.</param>
    public static Errno Kill(int pid, int signal) => Result(Native.Kill(pid, signal));

    /// <summary>pidfd_open(2), close-on-exec: a process that stays this one when its number becomes another's. Linux 5.3.</summary>
    public static Errno OpenProcess(int pid, out SafeFileHandle process)
    {
        int fd = (int)Native.PidfdOpen(434, pid, 0);
        process = new SafeFileHandle(fd, ownsHandle: true);
        return fd < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>Whether the last thread of a process has ended: then all that it had open is closed, though its parent may not have heard of its end.</summary>
    /// <param name="process">From <see cref="OpenProcess"/>.</param>
    public static Errno HasEnded(SafeFileHandle process, out bool hasEnded)
    {
        const short readable = 1;
        var descriptor = new PollDescriptor { Descriptor = Fd(process), Events = readable };
        hasEnded = false;
        if (Native.Poll(&descriptor, 1, 0) < 0)
        {
            return LastErrno();
        }

        hasEnded = (descriptor.Returned & readable) != 0;
        return Errno.OK;
    }

    /// <summary>Raises RLIMIT_NOFILE's soft limit to its hard one.</summary>
    public static Errno RaiseOpenFileLimit()
    {
        const int openFiles = 7;
        var limit = stackalloc ulong[2];
        Errno error = Result(Native.GetRlimit(openFiles, limit));
        if (error != Errno.OK)
        {
            return error;
        }

        limit[0] = limit[1];
        return Result(Native.SetRlimit(openFiles, limit));
    }
}
