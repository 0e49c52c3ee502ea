namespace AgentBay.Fs.Control;

/// <summary>Where a mount is in its life. The names are what <c>status</c> prints.</summary>
public enum MountState
{
    /// <summary>Programs work in it.</summary>
    Mounted,

    /// <summary>Still mounted; an unmount waits until everything is in the store.</summary>
    Flushing,

    /// <summary>The kernel is asked to let go.</summary>
    Unmounting,

    /// <summary>No longer mounted; the rest goes to the store.</summary>
    Draining,

    /// <summary>Nothing runs any more.</summary>
    Ended,
}
