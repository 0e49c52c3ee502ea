using System.Runtime.InteropServices;

namespace AgentBay.Posix;

/// <summary>open(2)'s flags. Three of them differ between x86-64 and arm64.</summary>
public static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int AccessMask = 3;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int Truncate = 0x200;
    public const int Append = 0x400;
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int Path = 0x200000;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static readonly int Directory = Arm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = Arm ? 0x8000 : 0x20000;
    public static readonly int TemporaryFile = 0x400000 | Directory;
}
