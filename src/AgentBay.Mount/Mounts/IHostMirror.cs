using AgentBay.Fs.Mirror;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Mounts;

/// <summary>A mirror's files, and how they are mounted.</summary>
internal interface IHostMirror
{
    IMirrorFiles Files { get; }

    /// <summary>Completes when the mount answers.</summary>
    Task<IRunningMount> MountAsync(IMirrorHost host, StateFolder folder, string mountPoint, MountRequest request, ILoggerFactory loggers);
}
