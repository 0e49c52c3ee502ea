using System.Globalization;

namespace AgentBay.Mount.Tests;

/// <summary>What <c>/proc</c> says of processes that may end at any moment: then it says nothing.</summary>
internal static class ProcFiles
{
    public static IReadOnlyList<int> Processes() =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];

    /// <returns>With a zero after each argument.</returns>
    public static string CommandLine(int process) => Read($"{process}/cmdline");

    /// <returns>As <see cref="Read"/> wants them, without the file.</returns>
    public static IReadOnlyList<string> Threads(int process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process}/task").Select(thread => $"{process}/task/{Path.GetFileName(thread)}")];
        }
        catch (IOException)
        {
            return []; // It has just ended.
        }
    }

    /// <summary>A field of <c>status</c>; empty when it is not there.</summary>
    public static string Status(string processOrThread, string field) =>
        Read($"{processOrThread}/status").Split('\n').FirstOrDefault(line => line.StartsWith($"{field}:", StringComparison.Ordinal))?[(field.Length + 1)..].Trim() ?? "";

    /// <param name="folder">Below <c>/proc</c>.</param>
    public static IReadOnlyList<(string Name, string? Target)> Links(string folder)
    {
        try
        {
            return [.. new DirectoryInfo($"/proc/{folder}").GetFileSystemInfos().Select(link => (link.Name, link.LinkTarget))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // It has just ended, or is not ours to look at.
        }
    }

    /// <param name="path">Below <c>/proc</c>.</param>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText($"/proc/{path}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // It has just ended, or is not ours to look at.
        }
    }
}
