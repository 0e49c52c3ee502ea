using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

/// <summary>
/// Linux system calls on names that are bytes. A directory handle and a name of one or more segments name a file;
/// <see cref="CurrentDirectory"/> with an absolute path works too. No call follows a symlink in the last segment, but for <see cref="StatTarget"/>.
/// Every call answers with an errno and retries EINTR; results are out parameters.
/// </summary>
public static unsafe partial class Syscall
{
    /// <summary><c>AT_FDCWD</c>.</summary>
    public static readonly SafeFileHandle CurrentDirectory = new(-100, ownsHandle: false);

    private const int AtSymlinkNofollow = 0x100;
    private const int AtRemoveDir = 0x200;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxBasicAndBirth = 0xFFF;

    public static Errno Open(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, uint mode, out SafeFileHandle handle)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        int fd;
        do
        {
            fd = Native.OpenAt(Fd(directory), path.Pointer, flags | OpenFlags.CloseOnExec | ((flags & OpenFlags.Path) == 0 ? 0 : OpenFlags.NoFollow), mode);
        }
        while (fd < 0 && LastErrno() == Errno.EINTR);

        handle = fd < 0 ? new SafeFileHandle() : new SafeFileHandle(fd, ownsHandle: true);
        return fd < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV: never leaves <paramref name="directory"/>, whatever the name holds.</summary>
    public static Errno OpenBeneath(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, uint mode, out SafeFileHandle handle)
    {
        using var path = new NativeName(name.IsEmpty ? "."u8 : name, stackalloc byte[NativeName.StackSize]);
        var how = new OpenHow { Flags = (ulong)(uint)(flags | OpenFlags.CloseOnExec), Mode = mode, Resolve = 0x08 | 0x04 | 0x01 };
        int fd;
        do
        {
            fd = (int)Native.OpenAt2(437, Fd(directory), path.Pointer, &how, (nuint)sizeof(OpenHow));
        }
        while (fd < 0 && LastErrno() is Errno.EINTR or Errno.EAGAIN);

        handle = fd < 0 ? new SafeFileHandle() : new SafeFileHandle(fd, ownsHandle: true);
        return fd < 0 ? LastErrno() : Errno.OK;
    }

    public static Errno Stat(SafeFileHandle directory, ReadOnlySpan<byte> name, out FileStatus status)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Statx(Fd(directory), path.Pointer, AtSymlinkNofollow, out status);
    }

    /// <summary>Stat of what opening the name would open: a symlink in its last segment is followed.</summary>
    public static Errno StatTarget(SafeFileHandle directory, ReadOnlySpan<byte> name, out FileStatus status)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Statx(Fd(directory), path.Pointer, flags: 0, out status);
    }

    /// <summary>Stat of an open descriptor, O_PATH included.</summary>
    public static Errno Stat(SafeFileHandle file, out FileStatus status)
    {
        byte empty = 0;
        return Statx(Fd(file), &empty, AtEmptyPath, out status);
    }

    public static Errno MakeDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.MkdirAt(Fd(directory), path.Pointer, mode));
    }

    public static Errno MakeNode(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode, uint device)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.MknodAt(Fd(directory), path.Pointer, mode, device));
    }

    public static Errno Unlink(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.UnlinkAt(Fd(directory), path.Pointer, 0));
    }

    public static Errno RemoveDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.UnlinkAt(Fd(directory), path.Pointer, AtRemoveDir));
    }

    /// <param name="flags">RENAME_NOREPLACE 1, RENAME_EXCHANGE 2.</param>
    public static Errno Rename(SafeFileHandle directory, ReadOnlySpan<byte> name, SafeFileHandle newDirectory, ReadOnlySpan<byte> newName, uint flags = 0)
    {
        using var from = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        using var to = new NativeName(newName, stackalloc byte[NativeName.StackSize]);
        return Result(Native.RenameAt2(Fd(directory), from.Pointer, Fd(newDirectory), to.Pointer, flags));
    }

    public static Errno Link(SafeFileHandle directory, ReadOnlySpan<byte> name, SafeFileHandle newDirectory, ReadOnlySpan<byte> newName)
    {
        using var from = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        using var to = new NativeName(newName, stackalloc byte[NativeName.StackSize]);
        return Result(Native.LinkAt(Fd(directory), from.Pointer, Fd(newDirectory), to.Pointer, 0));
    }

    /// <summary>Gives a name to an open file (O_TMPFILE, or one whose names are gone but whose link count is not zero).</summary>
    public static Errno Link(SafeFileHandle file, SafeFileHandle newDirectory, ReadOnlySpan<byte> newName)
    {
        const int atSymlinkFollow = 0x400;
        using var from = new NativeName(ProcSelfFd(file), stackalloc byte[NativeName.StackSize]);
        using var to = new NativeName(newName, stackalloc byte[NativeName.StackSize]);
        return Result(Native.LinkAt(-100, from.Pointer, Fd(newDirectory), to.Pointer, atSymlinkFollow));
    }

    public static Errno Symlink(ReadOnlySpan<byte> target, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        using var to = new NativeName(target, stackalloc byte[NativeName.StackSize]);
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.SymlinkAt(to.Pointer, Fd(directory), path.Pointer));
    }

    public static Errno ReadLink(SafeFileHandle directory, ReadOnlySpan<byte> name, out byte[] target)
    {
        const int pathMax = 4096;
        var buffer = stackalloc byte[pathMax];
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        nint length = Native.ReadLinkAt(Fd(directory), path.Pointer, buffer, pathMax);
        target = length < 0 ? [] : new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
        return length < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>chmod. The last segment must not be a symlink (EOPNOTSUPP on Linux has no meaning here: the caller knows the type).</summary>
    public static Errno ChangeMode(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.FchmodAt(Fd(directory), path.Pointer, mode, 0));
    }

    /// <summary>chmod of an open descriptor; not for O_PATH.</summary>
    public static Errno ChangeMode(SafeFileHandle file, uint mode) => Result(Native.Fchmod(Fd(file), mode));

    /// <param name="uid">-1 keeps it; likewise <paramref name="gid"/>.</param>
    public static Errno ChangeOwner(SafeFileHandle directory, ReadOnlySpan<byte> name, int uid, int gid)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.FchownAt(Fd(directory), path.Pointer, uid, gid, AtSymlinkNofollow));
    }

    /// <summary>chown of an open descriptor, O_PATH included.</summary>
    public static Errno ChangeOwner(SafeFileHandle file, int uid, int gid)
    {
        byte empty = 0;
        return Result(Native.FchownAt(Fd(file), &empty, uid, gid, AtEmptyPath));
    }

    /// <summary>The value of a time that means "now" in <see cref="SetTimes(SafeFileHandle, ReadOnlySpan{byte}, long?, long?)"/>.</summary>
    public const long TimeNow = long.MinValue;

    /// <summary>utimensat(2). Null keeps a time, <see cref="TimeNow"/> is the present; else nanoseconds since the epoch.</summary>
    public static Errno SetTimes(SafeFileHandle directory, ReadOnlySpan<byte> name, long? accessNs, long? modifyNs)
    {
        using var path = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        var times = stackalloc Timespec[2] { Timespec.From(accessNs), Timespec.From(modifyNs) };
        return Result(Native.UtimensAt(Fd(directory), path.Pointer, times, AtSymlinkNofollow));
    }

    /// <summary>futimens(3); not for O_PATH.</summary>
    public static Errno SetTimes(SafeFileHandle file, long? accessNs, long? modifyNs)
    {
        var times = stackalloc Timespec[2] { Timespec.From(accessNs), Timespec.From(modifyNs) };
        return Result(Native.Futimens(Fd(file), times));
    }

    public static Errno Truncate(SafeFileHandle file, long size) => Retry(() => Native.Ftruncate(Fd(file), size));

    public static Errno Allocate(SafeFileHandle file, int mode, long offset, long length) => Retry(() => Native.Fallocate(Fd(file), mode, offset, length));

    public static Errno Sync(SafeFileHandle file) => Retry(() => Native.Fsync(Fd(file)));

    public static Errno SyncData(SafeFileHandle file) => Retry(() => Native.Fdatasync(Fd(file)));

    /// <summary>sync_file_range(2) of the whole file: its dirty pages are written out and that is waited for; no fsync is asked of the filesystem.</summary>
    public static Errno WriteOutPages(SafeFileHandle file)
    {
        const uint waitBefore = 1, write = 2, waitAfter = 4;
        return Retry(() => Native.SyncFileRange(Fd(file), 0, 0, waitBefore | write | waitAfter));
    }

    /// <summary>syncfs(2): everything on the filesystem that holds <paramref name="file"/>.</summary>
    public static Errno SyncFileSystem(SafeFileHandle file) => Retry(() => Native.Syncfs(Fd(file)));

    /// <param name="whence">SEEK_DATA 3, SEEK_HOLE 4 and the usual ones.</param>
    public static Errno Seek(SafeFileHandle file, long offset, int whence, out long position)
    {
        position = Native.Lseek(Fd(file), offset, whence);
        return position < 0 ? LastErrno() : Errno.OK;
    }

    public static Errno CopyRange(SafeFileHandle from, long fromOffset, SafeFileHandle to, long toOffset, long length, out long copied)
    {
        do
        {
            copied = Native.CopyFileRange(Fd(from), &fromOffset, Fd(to), &toOffset, (nuint)length, 0);
        }
        while (copied < 0 && LastErrno() == Errno.EINTR);

        return copied < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>pread(2), once: may return fewer bytes than asked.</summary>
    public static Errno Read(SafeFileHandle file, Span<byte> buffer, long offset, out int count)
    {
        fixed (byte* p = buffer)
        {
            do
            {
                count = (int)Native.Pread(Fd(file), p, (nuint)buffer.Length, offset);
            }
            while (count < 0 && LastErrno() == Errno.EINTR);
        }

        return count < 0 ? LastErrno() : Errno.OK;
    }

    /// <summary>pwrite(2) until everything is written or an error comes; <paramref name="count"/> says how much was.</summary>
    public static Errno Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset, out int count)
    {
        count = 0;
        fixed (byte* p = data)
        {
            while (count < data.Length)
            {
                nint written = Native.Pwrite(Fd(file), p + count, (nuint)(data.Length - count), offset + count);
                if (written < 0)
                {
                    if (LastErrno() == Errno.EINTR)
                    {
                        continue;
                    }

                    return LastErrno();
                }

                count += (int)written;
            }
        }

        return Errno.OK;
    }

    /// <summary>A path that names an open descriptor, for calls that take no descriptor.</summary>
    public static byte[] ProcSelfFd(SafeFileHandle file) => System.Text.Encoding.ASCII.GetBytes($"/proc/self/fd/{Fd(file)}");

    internal static int Fd(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    internal static Errno LastErrno() => (Errno)Marshal.GetLastPInvokeError();

    private static Errno Result(int result) => result < 0 ? LastErrno() : Errno.OK;

    private static Errno Retry(Func<int> call)
    {
        int result;
        do
        {
            result = call();
        }
        while (result < 0 && LastErrno() == Errno.EINTR);

        return Result(result);
    }

    private static Errno Statx(int directory, byte* path, int flags, out FileStatus status)
    {
        Unsafe.SkipInit(out StatxBuffer s);
        if (Native.Statx(directory, path, flags, StatxBasicAndBirth, &s) < 0)
        {
            status = default;
            return LastErrno();
        }

        status = new FileStatus
        {
            Inode = s.Inode,
            Device = ((ulong)s.DevMajor << 32) | s.DevMinor,
            Mode = s.Mode,
            Links = s.Links,
            Uid = s.Uid,
            Gid = s.Gid,
            Size = (long)s.Size,
            Blocks = (long)s.Blocks,
            BlockSize = s.BlockSize,
            SpecialDevice = (s.RdevMinor & 0xFF) | (s.RdevMajor << 8) | ((s.RdevMinor & ~0xFFu) << 12),
            AccessTimeNs = s.Access.Nanoseconds,
            ModifyTimeNs = s.Modify.Nanoseconds,
            ChangeTimeNs = s.Change.Nanoseconds,
            BirthTimeNs = (s.Mask & 0x800) == 0 ? 0 : s.Birth.Nanoseconds,
        };
        return Errno.OK;
    }
}
