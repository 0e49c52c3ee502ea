using Spectre.Console;

namespace AgentBay.Mount.Output;

/// <summary>Shows on a terminal how many bytes are transferred, and nothing elsewhere.</summary>
internal sealed class TransferDisplay
{
    private readonly ProgressContext? screen;
    private readonly long? total;

    private TransferDisplay(ProgressContext? screen, long? total) => (this.screen, this.total) = (screen, total);

    /// <param name="total">Bytes; null where nobody knows.</param>
    /// <param name="quiet">The terminal is where the bytes go.</param>
    internal static Task ShowAsync(long? total, bool quiet, Func<TransferDisplay, Task> work) => quiet || !ProgressScreen.IsThere
        ? work(new TransferDisplay(screen: null, total))
        : ProgressScreen.Progress(new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn()).StartAsync(screen => work(new TransferDisplay(screen, total)));

    /// <summary>A bar for a part of the work, there from its first report on.</summary>
    /// <param name="what">A name; what is no text in it is shown as such.</param>
    /// <returns>Null where nothing is shown.</returns>
    internal IProgress<long>? Bar(string what) => screen is null ? null : new Shown(screen, what, total);

    private sealed class Shown(ProgressContext screen, string what, long? total) : IProgress<long>
    {
        private ProgressTask? bar;

        // From several threads at once: parts are stored in parallel.
        private readonly Lock gate = new();

        public void Report(long value)
        {
            lock (gate)
            {
                bar ??= NewBar();
                bar.MaxValue = total is null ? Math.Max(bar.MaxValue, value) : bar.MaxValue;
                bar.Value = Math.Max(bar.Value, value);
            }
        }

        private ProgressTask NewBar()
        {
            ProgressTask added = screen.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total ?? 1));
            added.IsIndeterminate = total is null;
            return added;
        }
    }
}
