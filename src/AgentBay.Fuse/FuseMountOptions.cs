namespace AgentBay.Fuse;

/// <summary>How a mount is made; each is an option of mount(2) or fusermount3.</summary>
public sealed record FuseMountOptions
{
    /// <summary>The first column of df and mountinfo.</summary>
    public required string Source { get; init; }

    /// <summary>The type is <c>fuse.</c> + this.</summary>
    public required string Subtype { get; init; }

    /// <summary>What ends the mount for umount(8): it runs <c>/sbin/umount.HELPER MOUNTPOINT</c> where there is such a program, and waits for it. Only mounts of root need to say so: a user's umount finds <c>/sbin/umount.fuse.SUBTYPE</c> by itself.</summary>
    public string? UnmountHelper { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>Other users may enter (as a user: needs user_allow_other in /etc/fuse.conf).</summary>
    public bool AllowOther { get; init; }

    /// <summary>The kernel checks modes and owners.</summary>
    public bool DefaultPermissions { get; init; }

    public bool NoSuid { get; init; } = true;
    public bool NoDev { get; init; } = true;
    public bool NoExec { get; init; }
    public bool NoAtime { get; init; }

    /// <summary>Largest READ in bytes; null leaves it to <see cref="FuseSessionOptions.MaxWrite"/>.</summary>
    public int? MaxRead { get; init; }
}
