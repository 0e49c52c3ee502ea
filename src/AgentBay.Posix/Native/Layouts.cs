using System.Runtime.InteropServices;

namespace AgentBay.Posix;

/// <summary><c>struct timespec</c> on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Timespec
{
    private const long UtimeNow = 0x3FFFFFFF;
    private const long UtimeOmit = 0x3FFFFFFE;

    internal long Seconds;
    internal long Fraction;

    internal static Timespec From(long? ns) => ns switch
    {
        null => new Timespec { Fraction = UtimeOmit },
        Syscall.TimeNow => new Timespec { Fraction = UtimeNow },
        // Floor, so that a time before 1970 keeps a fraction that is not negative.
        long t => new Timespec { Seconds = Math.DivRem(t, 1_000_000_000L, out long rest) - (rest < 0 ? 1 : 0), Fraction = rest < 0 ? rest + 1_000_000_000 : rest },
    };
}

/// <summary><c>struct open_how</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    internal ulong Flags;
    internal ulong Mode;
    internal ulong Resolve;
}

/// <summary><c>struct statx_timestamp</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StatxTime
{
    internal long Seconds;
    internal uint Fraction;
    internal int Reserved;

    internal readonly long Nanoseconds => (Seconds * 1_000_000_000) + Fraction;
}

/// <summary><c>struct statx</c>, 256 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct StatxBuffer
{
    internal uint Mask;
    internal uint BlockSize;
    internal ulong AttributeBits;
    internal uint Links;
    internal uint Uid;
    internal uint Gid;
    internal ushort Mode;
    internal ushort Spare;
    internal ulong Inode;
    internal ulong Size;
    internal ulong Blocks;
    internal ulong AttributeMask;
    internal StatxTime Access;
    internal StatxTime Birth;
    internal StatxTime Change;
    internal StatxTime Modify;
    internal uint RdevMajor;
    internal uint RdevMinor;
    internal uint DevMajor;
    internal uint DevMinor;
}

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    internal int Descriptor;
    internal short Events;
    internal short Returned;
}
