using AgentBay.Fs;
using AgentBay.Fs.Mirror;

namespace AgentBay.Mount.Mounts;

/// <summary>What this program needs of an operating system's host adapter.</summary>
internal interface IHostAdapter
{
    /// <exception cref="CommandException">The machine cannot mount for this user; the message says what to install or change.</exception>
    void CheckAvailable();

    /// <exception cref="FsException">The mirror's disk does not do.</exception>
    IHostMirror OpenMirror(StateFolder folder);

    /// <summary>Takes a mount that nobody serves out of the tree, at once.</summary>
    void Detach(string mountPoint);
}
