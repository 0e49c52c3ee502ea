using System.Globalization;

namespace AgentBay.Mount.Tests;

/// <summary>Where a program that does not end waits, and where the daemons do: a hang on another machine cannot be looked at any more.</summary>
internal static class HangReport
{
    /// <returns>
    /// The process, those below it and those of our program; each with its threads, their states, and where in the kernel and in which call (proc(5): syscall)
    /// they wait. Of the first ones also what they have open.
    /// </returns>
    public static string Of(int pid)
    {
        IReadOnlyList<int> all = ProcFiles.Processes();
        ILookup<int, int> children = all.ToLookup(ParentOf);
        IEnumerable<int> daemons = all.Where(process => ProcFiles.CommandLine(process).StartsWith(Programs.AgentBayMount, StringComparison.Ordinal));
        int[] waited = [.. Below(pid)];
        return string.Join('\n', waited.SelectMany(process => Describe(process).Concat(OpenFiles(process))).Concat(daemons.Except(waited).SelectMany(Describe)));

        IEnumerable<int> Below(int process) => children[process].SelectMany(Below).Prepend(process);
    }

    private static int ParentOf(int process) => int.TryParse(ProcFiles.Status($"{process}", "PPid"), NumberStyles.None, CultureInfo.InvariantCulture, out int parent) ? parent : 0;

    private static IEnumerable<string> Describe(int process) =>
    [
        $"{process} {ProcFiles.CommandLine(process).Replace('\0', ' ')}",
        .. ProcFiles.Threads(process).Select(thread => $"  {ProcFiles.Status(thread, "State")} {ProcFiles.Read($"{thread}/wchan")} {ProcFiles.Status(thread, "Name")} {ProcFiles.Read($"{thread}/syscall").TrimEnd()}"),
    ];

    private static IEnumerable<string> OpenFiles(int process) => ProcFiles.Links($"{process}/fd").Select(link => $"  {link.Name} -> {link.Target}");
}
