using Spectre.Console;

namespace AgentBay.Mount.Output;

/// <summary>Shows on a terminal how many bytes are transferred, and nothing elsewhere.</summary>
internal static class TransferDisplay
{
    /// <param name="what">A name; what is no text in it is shown as such.</param>
    /// <param name="total">Bytes; null where nobody knows.</param>
    /// <param name="quiet">The terminal is where the bytes go.</param>
    internal static async Task ShowAsync(string what, long? total, bool quiet, Func<IProgress<long>?, Task> work)
    {
        if (quiet || Console.IsOutputRedirected)
        {
            await work(null);
            return;
        }

        await AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(async display =>
            {
                ProgressTask task = display.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total ?? 1));
                task.IsIndeterminate = total is null;
                await work(new Shown(task, total is null));
                task.StopTask();
            });
    }

    private sealed class Shown(ProgressTask task, bool grows) : IProgress<long>
    {
        public void Report(long value)
        {
            task.MaxValue = grows ? Math.Max(task.MaxValue, value) : task.MaxValue;
            task.Value = value;
        }
    }
}
