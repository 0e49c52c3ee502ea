using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Logging;

/// <summary>Writes each event as one line: UTC time, level, id, category, message, exception.</summary>
internal sealed class LineLoggerProvider(TextWriter writer, TimeProvider time) : ILoggerProvider
{
    private readonly TextWriter writer = TextWriter.Synchronized(writer);
    private readonly TimeProvider time = time;

    public ILogger CreateLogger(string categoryName) => new LineLogger(writer, time, categoryName);

    public void Dispose() => writer.Flush();
}
