using AgentBay.Fs.Sync;

namespace AgentBay.Fs.Control;

/// <summary>How far a mount's long work is.</summary>
/// <param name="LastError">Why it does not go on at the moment, for example that the store does not answer.</param>
public readonly record struct WorkProgress(MountState State, FlushProgress Flush, string? LastError);
