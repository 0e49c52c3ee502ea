namespace AgentBay.Fuse;

/// <summary>
/// Who asks, and whether they still wait. Pooled by the session: a handler may keep it until the task that it returned
/// has completed, not longer.
/// </summary>
public abstract class FuseRequest
{
    /// <summary>The kernel's id of this request.</summary>
    public abstract ulong Unique { get; }
    public abstract uint Uid { get; }
    public abstract uint Gid { get; }
    public abstract uint Pid { get; }

    /// <summary>Cancelled by INTERRUPT for this request and when the session ends. Made at the first use.</summary>
    public abstract CancellationToken Interrupted { get; }

    /// <summary>
    /// OPEN with O_TRUNC and CREATE: the program lacks CAP_FSETID, so truncation clears the set-user-id bit, and the
    /// set-group-id bit where the group may execute (<c>FUSE_OPEN_KILL_SUIDGID</c>). WRITE and SETATTR say it in their arguments.
    /// </summary>
    public virtual bool KillSuidGid => false;
}
