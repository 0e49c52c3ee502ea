using Microsoft.Win32.SafeHandles;

namespace AgentBay.Posix;

public static unsafe partial class Syscall
{
    /// <summary>XATTR_CREATE and XATTR_REPLACE of setxattr(2).</summary>
    public const int XattrCreate = 1, XattrReplace = 2;

    private const int XattrSizeMax = 65536;

    /// <returns>ENODATA when there is none of that name.</returns>
    public static Errno GetXattr(SafeFileHandle file, ReadOnlySpan<byte> name, out byte[] value)
    {
        using var key = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        var small = stackalloc byte[512];
        nint length = Native.FgetXattr(Fd(file), key.Pointer, small, 512);
        if (length >= 0)
        {
            value = new ReadOnlySpan<byte>(small, (int)length).ToArray();
            return Errno.OK;
        }

        value = [];
        if (LastErrno() != Errno.ERANGE)
        {
            return LastErrno();
        }

        var large = new byte[XattrSizeMax];
        fixed (byte* p = large)
        {
            length = Native.FgetXattr(Fd(file), key.Pointer, p, XattrSizeMax);
        }

        if (length < 0)
        {
            return LastErrno();
        }

        value = large.AsSpan(0, (int)length).ToArray();
        return Errno.OK;
    }

    public static Errno SetXattr(SafeFileHandle file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags = 0)
    {
        using var key = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        byte none = 0;
        fixed (byte* p = value)
        {
            return Result(Native.FsetXattr(Fd(file), key.Pointer, p == null ? &none : p, (nuint)value.Length, flags));
        }
    }

    public static Errno RemoveXattr(SafeFileHandle file, ReadOnlySpan<byte> name)
    {
        using var key = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.FremoveXattr(Fd(file), key.Pointer));
    }

    /// <summary>All names, each ended by a NUL.</summary>
    public static Errno ListXattr(SafeFileHandle file, out byte[] names)
    {
        var buffer = new byte[XattrSizeMax];
        fixed (byte* p = buffer)
        {
            nint length = Native.FlistXattr(Fd(file), p, XattrSizeMax);
            names = length < 0 ? [] : buffer.AsSpan(0, (int)length).ToArray();
            return length < 0 ? LastErrno() : Errno.OK;
        }
    }

    // The l… calls take an absolute or relative path and follow no symlink in the last segment.

    /// <returns>ENODATA when there is none of that name.</returns>
    public static Errno GetXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, out byte[] value)
    {
        using var file = new NativeName(path, stackalloc byte[NativeName.StackSize]);
        using var key = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        value = [];
        var buffer = new byte[1024];
        while (true)
        {
            nint length;
            fixed (byte* p = buffer)
            {
                length = Native.LgetXattr(file.Pointer, key.Pointer, p, (nuint)buffer.Length);
            }

            if (length >= 0)
            {
                value = buffer.AsSpan(0, (int)length).ToArray();
                return Errno.OK;
            }

            if (LastErrno() != Errno.ERANGE || buffer.Length == XattrSizeMax)
            {
                return LastErrno();
            }

            buffer = new byte[XattrSizeMax];
        }
    }

    public static Errno SetXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags = 0)
    {
        using var file = new NativeName(path, stackalloc byte[NativeName.StackSize]);
        using var key = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        byte none = 0;
        fixed (byte* p = value)
        {
            return Result(Native.LsetXattr(file.Pointer, key.Pointer, p == null ? &none : p, (nuint)value.Length, flags));
        }
    }

    public static Errno RemoveXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        using var file = new NativeName(path, stackalloc byte[NativeName.StackSize]);
        using var key = new NativeName(name, stackalloc byte[NativeName.StackSize]);
        return Result(Native.LremoveXattr(file.Pointer, key.Pointer));
    }

    public static Errno ListXattr(ReadOnlySpan<byte> path, out byte[] names)
    {
        using var file = new NativeName(path, stackalloc byte[NativeName.StackSize]);
        var buffer = new byte[XattrSizeMax];
        fixed (byte* p = buffer)
        {
            nint length = Native.LlistXattr(file.Pointer, p, XattrSizeMax);
            names = length < 0 ? [] : buffer.AsSpan(0, (int)length).ToArray();
            return length < 0 ? LastErrno() : Errno.OK;
        }
    }
}
