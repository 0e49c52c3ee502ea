using System.Globalization;

namespace AgentBay.Mount.Tests;

/// <summary>Where a program that does not end waits, and where the daemons do: a hang on another machine cannot be looked at any more.</summary>
internal static class HangReport
{
    /// <returns>The process, those below it and those of our program; each with its threads, their states, and where in the kernel they wait.</returns>
    public static string Of(int pid)
    {
        IReadOnlyList<int> all = ProcFiles.Processes();
        ILookup<int, int> children = all.ToLookup(ParentOf);
        IEnumerable<int> daemons = all.Where(process => ProcFiles.CommandLine(process).StartsWith(Programs.AgentBayMount, StringComparison.Ordinal));
        return string.Join('\n', Below(pid).Union(daemons).SelectMany(Describe));

        IEnumerable<int> Below(int process) => children[process].SelectMany(Below).Prepend(process);
    }

    private static int ParentOf(int process) => int.TryParse(StatusOf($"{process}", "PPid"), NumberStyles.None, CultureInfo.InvariantCulture, out int parent) ? parent : 0;

    private static IEnumerable<string> Describe(int process) =>
    [
        $"{process} {ProcFiles.CommandLine(process).Replace('\0', ' ')}",
        .. ProcFiles.Threads(process).Select(thread => $"  {StatusOf(thread, "State")} {ProcFiles.Read($"{thread}/wchan")} {StatusOf(thread, "Name")}"),
    ];

    private static string StatusOf(string processOrThread, string field) =>
        ProcFiles.Read($"{processOrThread}/status").Split('\n').FirstOrDefault(line => line.StartsWith($"{field}:", StringComparison.Ordinal))?[(field.Length + 1)..].Trim() ?? "";
}
