using AgentBay.Fuse.Native;

namespace AgentBay.Fuse.Mounting;

/// <summary>
/// util-linux's own table beside the kernel's (/run/mount/utab). umount(8) asks statfs for the type of a mount that is not in it, is told
/// "fuse" without the subtype, and so passes over <c>/sbin/umount.fuse.SUBTYPE</c>; an entry makes it look closer.
/// </summary>
/// <remarks>As far as may be: where the table cannot be written (a read-only /run), umount(8) unmounts by itself and does not wait for the session's end.</remarks>
internal static class UserMountTable
{
    /// <param name="helper">umount(8) runs <c>/sbin/umount.HELPER</c>, if there is one.</param>
    /// <returns>Whether the entry is there.</returns>
    internal static bool Add(string source, string target, string type, string helper)
    {
        if (!LibMount.IsThere)
        {
            return false;
        }

        nint entry = LibMount.NewEntry();
        try
        {
            return LibMount.SetSource(entry, source) == 0
                && LibMount.SetTarget(entry, target) == 0
                && LibMount.SetType(entry, type) == 0
                && LibMount.SetOptions(entry, "uhelper=" + helper) == 0
                && Change(null, entry);
        }
        finally
        {
            LibMount.FreeEntry(entry);
        }
    }

    internal static void Remove(string target)
    {
        if (LibMount.IsThere)
        {
            _ = Change(target, 0);
        }
    }

    private static bool Change(string? target, nint entry)
    {
        nint update = LibMount.NewUpdate();
        try
        {
            return LibMount.SetChange(update, default, target, entry) == 0 && LibMount.Write(update, 0) == 0;
        }
        finally
        {
            LibMount.FreeUpdate(update);
        }
    }
}
