using AgentBay.Fs.Linux;
using AgentBay.Fs.Mirror;
using AgentBay.Fuse;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Mounts;

/// <summary>A mirror that is mounted by FUSE.</summary>
internal sealed class LinuxHostMirror(LinuxMirrorFiles files) : IHostMirror
{
    private readonly LinuxMirrorFiles files = files;

    public IMirrorFiles Files => files;

    public async Task<IRunningMount> MountAsync(IMirrorHost host, StateFolder folder, string mountPoint, MountRequest request, ILoggerFactory loggers)
    {
        var mountOptions = new FuseMountOptions
        {
            Source = MountEntry.SourceOf(folder.Path),
            Subtype = MountEntry.OurSubtype,
            UnmountHelper = MountEntry.OurSubtype,
            ReadOnly = request.ReadOnly,
            AllowOther = request.AllowOther,
            NoSuid = request.NoSuid,
            NoDev = request.NoDev,
            NoExec = request.NoExec,
            NoAtime = request.NoAtime,
        };
        var fileSystemOptions = new MirrorFileSystemOptions { Uid = request.Uid, Gid = request.Gid, Umask = request.Umask ?? 0 };
        return new LinuxRunningMount(await LinuxMount.StartAsync(host, files, mountPoint, mountOptions, fileSystemOptions, loggers));
    }
}
