namespace AgentBay.ObjectStore;

/// <summary>A PUT by a URL is not taken, although the URL is good. The message is for whoever sent it.</summary>
public sealed class PutRefusedException(string message, Exception? inner = null) : Exception(message, inner);
