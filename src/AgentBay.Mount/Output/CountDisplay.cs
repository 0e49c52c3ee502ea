using System.Globalization;
using Spectre.Console;

namespace AgentBay.Mount.Output;

/// <summary>Shows on a terminal how many objects are done, and nothing elsewhere.</summary>
internal static class CountDisplay
{
    internal static async Task ShowAsync(string doing, Func<IProgress<int>?, Task> work)
    {
        if (!ProgressScreen.IsThere)
        {
            await work(null);
            return;
        }

        await ProgressScreen.Status.StartAsync(doing, context => work(new Shown(context, doing)));
    }

    private sealed class Shown(StatusContext context, string doing) : IProgress<int>
    {
        public void Report(int value) => context.Status = string.Create(CultureInfo.InvariantCulture, $"{doing}  {value} objects");
    }
}
