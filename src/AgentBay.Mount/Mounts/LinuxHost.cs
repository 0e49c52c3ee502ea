using AgentBay.Fs;
using AgentBay.Fs.Mirror;
using AgentBay.Fuse;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Mounts;

/// <summary>FUSE.</summary>
internal sealed class LinuxHost : IHostAdapter
{
    public void CheckAvailable() => FuseDevice.Check();

    public IMirrorFiles OpenFiles(StateFolder folder) => throw new NotImplementedException();

    public Task<IRunningMount> StartAsync(MountSession session, StateFolder folder, string mountPoint, MountRequest request, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public void Detach(string mountPoint) => FuseMount.Unmount(mountPoint, lazy: true);
}
