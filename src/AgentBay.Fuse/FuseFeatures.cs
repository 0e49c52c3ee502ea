using AgentBay.Fuse.Wire;

namespace AgentBay.Fuse;

/// <summary>What a session asks of the kernel in INIT, and what it leaves, each with its reason. Protocol: <c>include/uapi/linux/fuse.h</c>, 7.45.</summary>
internal static class FuseFeatures
{
    internal const uint Major = 7, Minor = 45, OldestMinor = 31;

    /// <summary>Taken whenever the kernel offers it.</summary>
    internal static readonly (InitFlags Flag, string Name, string Reason)[] Wanted =
    [
        (InitFlags.AsyncRead, "async-read", "several reads of one file at a time"),
        (InitFlags.AtomicOpenTruncate, "atomic-o-trunc", "O_TRUNC comes with OPEN: no SETATTR, and no download of what is to be thrown away"),
        (InitFlags.BigWrites, "big-writes", "writes larger than a page"),
        (InitFlags.DoReaddirPlus, "readdirplus", "a listing brings attributes: no LOOKUP per name"),
        (InitFlags.AsyncDio, "async-dio", "parallel direct I/O"),
        (InitFlags.ParallelDirOps, "parallel-dirops", "parallel LOOKUP and READDIR in one folder"),
        (InitFlags.MaxPages, "max-pages", "requests of up to 1 MiB"),
        (InitFlags.CacheSymlinks, "cache-symlinks", "READLINK once"),
        (InitFlags.HandleKillPrivV2, "handle-killpriv-v2", "no GETXATTR(security.capability) before each write; the filesystem clears suid and sgid when told"),
        (InitFlags.InitExt, "init-ext", "flags from bit 32 on"),
        (InitFlags.HasExpireOnly, "expire-only", "an entry may be expired rather than dropped"),
        (InitFlags.DirectIoAllowMmap, "direct-io-mmap", "shared maps of files opened for direct I/O"),
    ];

    /// <summary>Taken as <see cref="FuseSessionOptions"/> say.</summary>
    internal static readonly (InitFlags Flag, string Name, string Reason)[] Optional =
    [
        (InitFlags.ExplicitInvalData, "explicit-inval-data", "FuseSessionOptions.ExplicitInvalidation: cached pages go only when the filesystem says so"),
        (InitFlags.AutoInvalData, "auto-inval-data", "the other choice: cached pages go when mtime or size changed"),
        (InitFlags.Passthrough, "passthrough", "FuseDataPath.Passthrough, with CAP_SYS_ADMIN"),
        (InitFlags.WritebackCache, "writeback-cache", "FuseDataPath.WritebackCache; excludes passthrough"),
    ];

    /// <summary>Never taken.</summary>
    internal static readonly (InitFlags Flag, string Name, string Reason)[] Refused =
    [
        (InitFlags.PosixLocks, "posix-locks", "the kernel's own locks are right for a filesystem that one machine mounts"),
        (InitFlags.FlockLocks, "flock-locks", "as posix-locks"),
        (InitFlags.FileOps, "file-ops", "the kernel has never used it"),
        (InitFlags.ExportSupport, "export-support", "NFS export needs lookups of . and .. by node id, for nodes long forgotten"),
        (InitFlags.NoExportSupport, "no-export", "it only forbids file handles (name_to_handle_at), which work while a node is cached"),
        (InitFlags.DontMask, "dont-mask", "only default ACLs need the unmasked mode"),
        (InitFlags.SpliceWrite, "splice-write", "messages are copied; passthrough moves bulk data"),
        (InitFlags.SpliceMove, "splice-move", "as splice-write"),
        (InitFlags.SpliceRead, "splice-read", "as splice-write"),
        (InitFlags.HasIoctlDir, "ioctl-dir", "no IOCTL at all"),
        (InitFlags.ReaddirPlusAuto, "readdirplus-auto", "READDIRPLUS always: most listings are followed by stat"),
        (InitFlags.NoOpenSupport, "no-open", "opens carry state: backing files, flags, hydration"),
        (InitFlags.NoOpendirSupport, "no-opendir", "an OpenDirectory that answers ENOSYS has this effect without the flag"),
        (InitFlags.HandleKillPriv, "handle-killpriv", "v2 is what the VFS does"),
        (InitFlags.PosixAcl, "posix-acl", "access control lists are not kept"),
        (InitFlags.AbortError, "abort-error", "ENODEV ends a session whatever the cause"),
        (InitFlags.MapAlignment, "map-alignment", "DAX windows exist on virtio-fs only"),
        (InitFlags.Submounts, "submounts", "virtio-fs only; a filesystem here is one device"),
        (InitFlags.SetxattrExt, "setxattr-ext", "its one flag serves ACLs"),
        (InitFlags.SecurityContext, "security-context", "labels at creation are for SELinux policies that label FUSE, and none does by default"),
        (InitFlags.HasInodeDax, "inode-dax", "DAX needs virtio-fs"),
        (InitFlags.CreateSuppGroup, "create-supp-group", "a setgid folder's group is given by the folder, not by the caller's groups"),
        (InitFlags.HasResend, "resend", "a request lost with a crashed daemon ends with its mount"),
        (InitFlags.AllowIdmap, "allow-idmap", "owners would have to be mapped in every answer"),
        (InitFlags.OverIoUring, "over-io-uring", "needs a module parameter and a pinned thread per CPU; later, behind the transport"),
        (InitFlags.RequestTimeout, "request-timeout", "a download may take as long as it takes; handlers have their own limits"),
    ];

    /// <summary>Chooses from what the kernel offers. Pure.</summary>
    /// <param name="mayPassthrough">The process may register backing files.</param>
    internal static (InitFlags Flags, FuseDataPath DataPath, string? FallbackReason) Choose(InitFlags offered, FuseSessionOptions options, bool mayPassthrough)
    {
        var flags = InitFlags.None;
        foreach (var (flag, _, _) in Wanted)
        {
            flags |= flag & offered;
        }

        flags |= offered & (options.ExplicitInvalidation ? InitFlags.ExplicitInvalData : InitFlags.AutoInvalData);
        string? reason = options.DataPath != FuseDataPath.Passthrough ? null
            : !offered.HasFlag(InitFlags.Passthrough) ? "the kernel has no passthrough, Linux 6.9 does"
            : !mayPassthrough ? "it needs CAP_SYS_ADMIN in the initial user namespace"
            : null;
        if (options.DataPath == FuseDataPath.Passthrough && reason is null)
        {
            return (flags | InitFlags.Passthrough, FuseDataPath.Passthrough, null);
        }

        if (options.DataPath != FuseDataPath.WriteThrough && offered.HasFlag(InitFlags.WritebackCache))
        {
            return (flags | InitFlags.WritebackCache, FuseDataPath.WritebackCache, reason);
        }

        return (flags, FuseDataPath.WriteThrough, options.DataPath == FuseDataPath.WriteThrough ? null : reason ?? "the kernel has no writeback cache");
    }

    internal static IReadOnlyList<string> Names(InitFlags flags) =>
        [.. Wanted.Concat(Optional).Where(f => flags.HasFlag(f.Flag)).Select(f => f.Name)];
}
