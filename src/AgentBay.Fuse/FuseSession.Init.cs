using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AgentBay.Fuse.Native;
using AgentBay.Fuse.Transport;
using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

public sealed partial class FuseSession
{
    private bool initialized;

    /// <summary>INIT comes first and alone: the kernel holds everything else back until it is answered, and only one thread reads yet.</summary>
    private bool Init(Exchange x, ref MessageReader r, IFuseTransport channel)
    {
        var init = r.Read<InitIn>();
        if (r.Failed || initialized || channel != transport)
        {
            return Malformed(x);
        }

        if (init.Major > FuseFeatures.Major)
        {
            // The kernel answers our version with an INIT of that version.
            return Reply(x, Errno.OK, WriteInit(x, new InitOut { Major = FuseFeatures.Major, Minor = FuseFeatures.Minor }));
        }

        if (init.Major < FuseFeatures.Major || init.Minor < FuseFeatures.OldestMinor)
        {
            Log.KernelTooOld(logger, init.Major, init.Minor);
            return Reply(x, Errno.EPROTO, 0);
        }

        var offered = (InitFlags)init.Flags;
        if (offered.HasFlag(InitFlags.InitExt))
        {
            offered |= (InitFlags)((ulong)r.Read<InitExtIn>().Flags2 << 32);
            if (r.Failed)
            {
                return Malformed(x);
            }
        }

        var (flags, dataPath, fallback) = FuseFeatures.Choose(offered, options, Privilege.MayRegisterBackingFiles);
        initialized = true;
        DataPath = dataPath;
        Features = FuseFeatures.Names(flags);
        if (fallback is not null)
        {
            Log.DataPathFallback(logger, options.DataPath, fallback, dataPath);
        }

        uint minor = Math.Min(init.Minor, FuseFeatures.Minor);
        Log.Negotiated(logger, FuseFeatures.Major, minor, dataPath, options.MaxWrite, string.Join(' ', Features));
        Reply(x, Errno.OK, WriteInit(x, Offer(init, flags, dataPath)));
        fileSystem.Started(this);
        StartFurtherReaders();
        started.TrySetResult();
        return true;
    }

    private InitOut Offer(in InitIn init, InitFlags flags, FuseDataPath dataPath)
    {
        // Requests that the kernel makes by itself (read-ahead, write-back) run in parallel up to this many.
        const ushort background = 64;
        return new InitOut
        {
            Major = FuseFeatures.Major,
            Minor = FuseFeatures.Minor,
            MaxReadahead = init.MaxReadahead,
            Flags = (uint)flags,
            Flags2 = (uint)((ulong)flags >> 32),
            MaxBackground = background,
            CongestionThreshold = background * 3 / 4,
            MaxWrite = (uint)options.MaxWrite,
            TimeGranularity = 1,
            MaxPages = (ushort)Math.Max(1, options.MaxWrite / Environment.SystemPageSize),
            MaxStackDepth = dataPath == FuseDataPath.Passthrough ? (uint)options.PassthroughStackDepth : 0,
        };
    }

    private static int WriteInit(Exchange x, in InitOut init)
    {
        MemoryMarshal.Write(x.Payload.Span, init);
        return Unsafe.SizeOf<InitOut>();
    }
}
