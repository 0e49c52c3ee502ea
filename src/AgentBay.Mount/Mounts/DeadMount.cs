using AgentBay.Fs.Checking;
using AgentBay.Fs.Mirror;
using AgentBay.ObjectStore;

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

    /// <summary>Whether all that a dead mount's mirror holds is in the store. Asks the mirror alone.</summary>
    /// <returns>False also when nobody can tell.</returns>
    internal static async Task<bool> HasNothingPendingAsync(string stateFolder, IHostAdapter adapter, CancellationToken cancellationToken)
    {
        if (StateFolder.ReadHolder(stateFolder) is not { } holder)
        {
            return false;
        }

        try
        {
            using StateFolder? folder = StateFolder.TryOpen(stateFolder);
            if (folder is null)
            {
                return false;
            }

            await using IObjectStore store = StoreUrl.Open(holder.StoreUrl, StoreOpenOptions.Default);
            using IMirrorFiles files = adapter.OpenMirror(folder).Files;
            return await PendingLook.FindAsync(folder, files, store, holder.ContextId, cancellationToken) is { Count: 0 };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }
}
