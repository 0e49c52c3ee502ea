using AgentBay.Fs.Control;
using Spectre.Console;

namespace AgentBay.Mount.Output;

/// <summary>Shows the progress of a mount's work on a terminal, and nothing elsewhere.</summary>
internal static class WorkDisplay
{
    /// <returns>The answer that ends the work.</returns>
    internal static async Task<ControlReply> FollowAsync(IAsyncEnumerable<ControlReply> replies)
    {
        ControlReply? last = null;
        if (!ProgressScreen.IsThere)
        {
            await foreach (ControlReply reply in replies)
            {
                last = reply;
            }

            return last!;
        }

        await ProgressScreen.Progress(new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async display =>
            {
                ProgressTask work = display.AddTask("…", maxValue: 1);
                await foreach (ControlReply reply in replies)
                {
                    last = reply;
                    if (reply is ControlReply.Progress progress)
                    {
                        Show(work, progress);
                    }
                }

                work.StopTask();
            });
        return last!;
    }

    private static void Show(ProgressTask work, ControlReply.Progress progress)
    {
        work.Description = Markup.Escape(Describe(progress));
        bool bytes = progress.BytesTotal > 0;
        work.MaxValue = Math.Max(1, bytes ? progress.BytesTotal : progress.FilesTotal);
        work.Value = bytes ? progress.BytesDone : progress.FilesDone;
    }

    private static string Describe(ControlReply.Progress progress)
    {
        string text = $"{progress.State.ToString().ToLowerInvariant()}  {progress.FilesDone}/{progress.FilesTotal} files  {Sizes.Format(progress.BytesDone)}/{Sizes.Format(progress.BytesTotal)}";
        return progress.LastError is { } error ? $"{text}  trying again: {error}" : text;
    }
}
