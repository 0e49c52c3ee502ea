using System.Globalization;

namespace AgentBay.Fuse.Native;

/// <summary>What this process may do, as /proc tells it.</summary>
internal static class Privilege
{
    // PROC_USER_INIT_INO: the inode of the initial user namespace, fixed by the kernel (include/linux/proc_ns.h).
    private const string InitialUserNamespace = "user:[4026531837]";
    private const int CapSysAdmin = 21;

    /// <summary>May call mount(2): CAP_SYS_ADMIN in whichever user namespace this is.</summary>
    internal static bool MayMount => HasSysAdmin(ReadStatus());

    /// <summary>
    /// BACKING_OPEN asks for CAP_SYS_ADMIN in the initial user namespace, and INIT offers passthrough to everyone:
    /// whoever takes it without the capability learns so at the first open.
    /// </summary>
    internal static bool MayRegisterBackingFiles
    {
        get
        {
            try
            {
                return MayMount && File.ResolveLinkTarget("/proc/self/ns/user", returnFinalTarget: false)?.Name == InitialUserNamespace;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <param name="status">The text of /proc/self/status.</param>
    internal static bool HasSysAdmin(string status)
    {
        const string label = "CapEff:";
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(label, StringComparison.Ordinal)
                && ulong.TryParse(line[label.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong capabilities))
            {
                return (capabilities & (1UL << CapSysAdmin)) != 0;
            }
        }

        return false;
    }

    private static string ReadStatus()
    {
        try
        {
            return File.ReadAllText("/proc/self/status");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
