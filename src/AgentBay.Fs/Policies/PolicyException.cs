namespace AgentBay.Fs.Policies;

/// <summary>A policy that cannot be taken. The message names the value and what is valid.</summary>
public sealed class PolicyException(string message, Exception? inner = null) : FormatException(message, inner);
