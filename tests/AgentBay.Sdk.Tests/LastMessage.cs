using Microsoft.Extensions.Logging;

namespace AgentBay.Sdk.Tests;

/// <summary>A log's last line.</summary>
internal sealed class LastMessage : ILogger
{
    internal string? Message { get; private set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Message = formatter(state, exception);
}
