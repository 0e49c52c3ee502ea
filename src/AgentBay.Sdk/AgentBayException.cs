namespace AgentBay.Sdk;

/// <summary>An operation that failed, where it is told by an exception: <see cref="OperationResults.EnsureSuccess{T}"/> and the end of a session by <c>await using</c>.</summary>
public class AgentBayException(string message, Exception? inner = null) : Exception(message, inner);
