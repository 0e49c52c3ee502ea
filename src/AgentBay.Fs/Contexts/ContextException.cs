namespace AgentBay.Fs.Contexts;

/// <summary>A context cannot be had as asked. The message says what can be done.</summary>
public sealed class ContextException(ContextError error, string message, Exception? inner = null) : IOException(message, inner)
{
    public ContextError Error { get; } = error;
}
