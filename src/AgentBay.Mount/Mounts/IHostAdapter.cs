using AgentBay.Fs;
using AgentBay.Fs.Mirror;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Mounts;

/// <summary>What this program needs of an operating system's host adapter.</summary>
internal interface IHostAdapter
{
    /// <exception cref="CommandException">The machine cannot mount for this user; the message says what to install or change.</exception>
    void CheckAvailable();

    /// <exception cref="FsException">The mirror's disk does not do.</exception>
    IMirrorFiles OpenFiles(StateFolder folder);

    /// <summary>Completes when the mount answers.</summary>
    Task<IRunningMount> StartAsync(MountSession session, StateFolder folder, string mountPoint, MountRequest request, ILoggerFactory loggers, CancellationToken cancellationToken);

    /// <summary>Takes a mount that nobody serves out of the tree, at once.</summary>
    void Detach(string mountPoint);
}
