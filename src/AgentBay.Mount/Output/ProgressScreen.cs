using Spectre.Console;

namespace AgentBay.Mount.Output;

/// <summary>Where progress is shown: on standard error, so that standard output can be anything. Nowhere, where that is no terminal.</summary>
internal static class ProgressScreen
{
    private static readonly Lazy<IAnsiConsole> Screen = new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    internal static bool IsThere => !Console.IsErrorRedirected;

    internal static Status Status => Screen.Value.Status();

    /// <param name="columns">After the description.</param>
    internal static Progress Progress(params IEnumerable<ProgressColumn> columns) =>
        Screen.Value.Progress().AutoClear(true).Columns([new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), .. columns]);
}
