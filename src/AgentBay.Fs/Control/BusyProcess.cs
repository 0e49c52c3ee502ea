namespace AgentBay.Fs.Control;

/// <summary>A process that keeps a mount from being unmounted.</summary>
/// <param name="Name">Its command's name; empty when it cannot be read.</param>
public sealed record BusyProcess(int Pid, string Name);
