using Microsoft.Extensions.Logging;

namespace AgentBay.Mount.Logging;

/// <summary>Where a mount's events go.</summary>
internal static class Loggers
{
    /// <param name="file">Null: standard error.</param>
    internal static ILoggerFactory Create(string? file, LogLevel level)
    {
        TextWriter writer = file is null ? Console.Error : LogFile.Open(file);
        var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(level).AddProvider(new LineLoggerProvider(writer, TimeProvider.System)));
        ILogger process = factory.CreateLogger("AgentBay.Mount");
        AppDomain.CurrentDomain.UnhandledException += (_, e) => Log.Unhandled(process, (Exception)e.ExceptionObject);
        TaskScheduler.UnobservedTaskException += (_, e) => Log.Unobserved(process, e.Exception);
        return factory;
    }
}
