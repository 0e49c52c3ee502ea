namespace AgentBay.Mount.Mounts;

/// <summary>The adapter of the system that this runs on.</summary>
internal static class HostAdapters
{
    internal static IHostAdapter Current => OperatingSystem.IsLinux()
        ? new LinuxHost()
        : throw CommandException.Failed("Mounting works on Linux so far; Windows (WinFsp) is a later version's.");
}
