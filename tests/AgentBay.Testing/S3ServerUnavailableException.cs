namespace AgentBay.Testing;

/// <summary>The S3 server cannot be installed on this machine; the message says why.</summary>
public sealed class S3ServerUnavailableException(string message) : Exception(message);
