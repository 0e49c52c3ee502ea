using AgentBay.Fs.Linux;
using AgentBay.Fs.Mirror;
using AgentBay.Fuse;

namespace AgentBay.Mount.Mounts;

/// <summary>FUSE.</summary>
internal sealed class LinuxHost : IHostAdapter
{
    public void CheckAvailable() => FuseDevice.Check();

    public IHostMirror OpenMirror(StateFolder folder) => new LinuxHostMirror(LinuxMirrorFiles.Open(folder.TreeDirectory, folder.StagingDirectory));

    public void Detach(string mountPoint) => FuseMount.Unmount(mountPoint, lazy: true);
}
