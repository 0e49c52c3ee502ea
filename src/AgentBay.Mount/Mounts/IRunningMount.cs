using AgentBay.Fs.Control;

namespace AgentBay.Mount.Mounts;

/// <summary>A mount that this process serves. Disposing gives up what is left of it.</summary>
internal interface IRunningMount : IHostMount, IAsyncDisposable;
