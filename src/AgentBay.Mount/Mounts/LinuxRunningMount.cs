using AgentBay.Fs.Control;
using AgentBay.Fs.Linux;
using AgentBay.Fuse;

namespace AgentBay.Mount.Mounts;

/// <summary>A FUSE mount as the mount's life sees it.</summary>
internal sealed class LinuxRunningMount(LinuxMount mount) : IRunningMount
{
    private readonly LinuxMount mount = mount;

    public Task Ended => mount.Ended;

    public IReadOnlyList<BusyProcess>? Unmount(bool lazy)
    {
        try
        {
            mount.Unmount(lazy);
            return null;
        }
        catch (FuseMountException error) when (error.Kind == FuseMountError.Busy)
        {
            return LinuxMount.BusyProcesses(mount.MountPoint);
        }
        catch (FuseMountException error) when (error.Kind == FuseMountError.NotMounted)
        {
            return null; // Somebody else was first.
        }
    }

    public ValueTask DisposeAsync() => mount.DisposeAsync();
}
