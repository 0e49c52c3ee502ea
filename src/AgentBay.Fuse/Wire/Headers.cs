using System.Runtime.InteropServices;

namespace AgentBay.Fuse.Wire;

/// <summary><c>struct fuse_in_header</c>. The extensions, in units of 8 bytes, are the message's last part.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InHeader
{
    internal uint Length;
    internal Opcode Opcode;
    internal ulong Unique;
    internal ulong Node;
    internal uint Uid;
    internal uint Gid;
    internal uint Pid;
    internal ushort ExtensionUnits;
    internal ushort Padding;
}

/// <summary><c>struct fuse_out_header</c>. The error is zero or a negative errno; in a notification it is the code and unique is zero.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OutHeader
{
    internal const int Size = 16;

    internal uint Length;
    internal int Error;
    internal ulong Unique;
}
