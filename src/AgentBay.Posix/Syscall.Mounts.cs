namespace AgentBay.Posix;

/// <summary>The flags of mount(2) that a mount of ours may carry.</summary>
[Flags]
public enum MountFlags : uint
{
    None = 0,
    ReadOnly = 1,
    NoSuid = 2,
    NoDev = 4,
    NoExec = 8,
    NoAtime = 1024,
    Bind = 4096,
}

/// <summary>The flags of umount2(2).</summary>
[Flags]
public enum UnmountFlags
{
    None = 0,
    Force = 1,
    Detach = 2,
    NoFollow = 8,
}

public static unsafe partial class Syscall
{
    public static Errno Mount(ReadOnlySpan<byte> source, ReadOnlySpan<byte> target, ReadOnlySpan<byte> type, MountFlags flags, ReadOnlySpan<byte> data)
    {
        using var from = new NativeName(source, stackalloc byte[NativeName.StackSize]);
        using var to = new NativeName(target, stackalloc byte[NativeName.StackSize]);
        using var kind = new NativeName(type, stackalloc byte[NativeName.StackSize]);
        using var options = new NativeName(data, stackalloc byte[NativeName.StackSize]);
        return Result(Native.Mount(from.Pointer, to.Pointer, kind.Pointer, (nuint)flags, options.Pointer));
    }

    public static Errno Unmount(ReadOnlySpan<byte> target, UnmountFlags flags)
    {
        using var path = new NativeName(target, stackalloc byte[NativeName.StackSize]);
        return Result(Native.Umount2(path.Pointer, (int)flags));
    }
}
