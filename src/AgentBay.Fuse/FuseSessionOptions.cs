using System.Numerics;
using System.Runtime.CompilerServices;

namespace AgentBay.Fuse;

/// <summary>How file data moves between programs and the filesystem.</summary>
public enum FuseDataPath
{
    /// <summary>Each open may carry a backing file that the kernel reads and writes itself. Needs CAP_SYS_ADMIN and Linux 6.9.</summary>
    Passthrough,

    /// <summary>The kernel's page cache, written back in large requests.</summary>
    WritebackCache,

    /// <summary>The kernel's page cache for reads; each write(2) is a request.</summary>
    WriteThrough,
}

/// <summary>How a session runs.</summary>
public sealed record FuseSessionOptions
{
    /// <summary>What the filesystem wants; <see cref="FuseSession.DataPath"/> says what was negotiated.</summary>
    public FuseDataPath DataPath { get; init; } = FuseDataPath.Passthrough;

    /// <summary><c>max_stack_depth</c> of passthrough: 1, or 2 where the backing files lie on overlayfs.</summary>
    public int PassthroughStackDepth
    {
        get;
        init => field = InRange(value, 1, 2);
    } = 1;

    /// <summary>Threads that read the device, each on a descriptor of its own (<c>FUSE_DEV_IOC_CLONE</c>): 1 to 64.</summary>
    public int Threads
    {
        get;
        init => field = InRange(value, 1, 64);
    } = 2;

    /// <summary>Largest WRITE and READ in bytes: a power of two, 4 KiB to 1 MiB.</summary>
    public int MaxWrite
    {
        get;
        init => field = BitOperations.IsPow2(value) ? InRange(value, 4096, 1 << 20)
            : throw new ArgumentOutOfRangeException(nameof(MaxWrite), value, "MaxWrite must be a power of two.");
    } = 1 << 20;

    /// <summary>
    /// Requests whose handlers have not completed yet, 1 to 65536, besides one for each thread. At the limit the session reads no
    /// further request, INTERRUPT included, until one is answered. Each holds buffers, of which only what was used takes memory.
    /// </summary>
    public int MaxInFlight
    {
        get;
        init => field = InRange(value, 1, 65536);
    } = 512;

    /// <summary>
    /// INTERRUPT ends a request only when the program that waits is being ended by a signal. One that handles the signal waits on, as it does on a local disk: few
    /// programs expect EINTR of unlink(2) or fstat(2), and some runtimes send their own threads signals all the time.
    /// </summary>
    public bool InterruptOnlyWhenKilled { get; init; }

    /// <summary>Answer GETATTR without the kernel dropping a file's cached pages when mtime changed (<c>FUSE_AUTO_INVAL_DATA</c> off, <c>FUSE_EXPLICIT_INVAL_DATA</c> on).</summary>
    public bool ExplicitInvalidation { get; init; } = true;

    private static int InRange(int value, int least, int most, [CallerMemberName] string name = "") =>
        value >= least && value <= most ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie within {least} and {most}.");
}
