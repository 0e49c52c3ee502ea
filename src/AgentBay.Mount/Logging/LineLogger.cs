using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Logging;

/// <summary>One category of <see cref="LineLoggerProvider"/>.</summary>
internal sealed class LineLogger(TextWriter writer, TimeProvider time, string category) : ILogger
{
    private readonly TextWriter writer = writer;
    private readonly TimeProvider time = time;
    private readonly string category = category;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string when = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{when} {Name(logLevel)} {eventId.Id} {category}: ");
        AppendOneLine(line, formatter(state, exception));
        if (exception is not null)
        {
            AppendOneLine(line.Append(" | "), exception.ToString());
        }

        try
        {
            writer.WriteLine(line.ToString());
        }
        catch (IOException)
        {
            // A full disk must not end the mount.
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        LogLevel.Error => "ERROR",
        LogLevel.Critical => "FATAL",
        _ => "NONE ",
    };

    // File names may hold anything, newlines too.
    private static void AppendOneLine(StringBuilder line, string text)
    {
        foreach (char c in text)
        {
            _ = c switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                _ when char.IsControl(c) => line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => line.Append(c),
            };
        }
    }
}
