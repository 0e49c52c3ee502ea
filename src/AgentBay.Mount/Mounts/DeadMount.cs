using AgentBay.Fs.Mirror;

namespace AgentBay.Mount.Mounts;

/// <summary>A mount that its process has left behind.</summary>
internal static class DeadMount
{
    /// <summary>
    /// Takes a dead mount of ours out of the tree. Proof of death is the lock of its state folder: while this holds it, no process serves the mount.
    /// </summary>
    /// <returns>False when a process holds it.</returns>
    internal static bool TryClear(MountEntry entry, IHostAdapter adapter)
    {
        if (!Directory.Exists(entry.StateFolder))
        {
            adapter.Detach(entry.MountPoint); // A served mirror cannot be deleted and go on; its mount is of no use to anybody.
            return true;
        }

        using StateFolder? held = StateFolder.TryOpen(entry.StateFolder!);
        if (held is null)
        {
            return false;
        }

        adapter.Detach(entry.MountPoint);
        return true;
    }
}
