namespace AgentBay.Fs.Mirror;

/// <summary>How the mount before left a mirror.</summary>
internal enum MirrorEnd
{
    /// <summary>Nothing was pending, and all of it is on the disk.</summary>
    Clean,

    /// <summary>Its process died, or ended with something pending. The machine went on, so the disk has all that was written.</summary>
    Killed,

    /// <summary>The machine started anew since: what nobody synced may be missing, and the index may know more or less than the disk.</summary>
    PowerLost,
}
