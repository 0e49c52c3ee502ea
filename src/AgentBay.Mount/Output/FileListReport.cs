using System.Globalization;
using AgentBay.Fs.Files;

namespace AgentBay.Mount.Output;

/// <summary>What <c>file list --json</c> prints. These names stay as they are.</summary>
/// <param name="TotalCount">Of all pages.</param>
internal sealed record FileListReport(IReadOnlyList<FileReport> Files, int Page, int PageSize, int TotalCount)
{
    internal static int Print(FilePage page, int number, int size, bool json)
    {
        var report = new FileListReport([.. page.Entries.Select(FileReport.From)], number, size, page.TotalCount);
        if (json)
        {
            OutputJson.Print(report, OutputJson.Default.FileListReport);
            return ExitCode.Done;
        }

        TextTable.Print(["NAME", "TYPE", "SIZE", "MODIFIED"], report.Files.Select(file => new[]
        {
            FilePath.Printable(file.Name),
            file.Type,
            file.Modified is null ? "-" : file.Size.ToString(CultureInfo.InvariantCulture),
            ContextReport.Time(file.Modified),
        }));
        int before = (int)Math.Min(int.MaxValue, (number - 1L) * size);
        if (page.TotalCount > before + page.Entries.Count || before > 0)
        {
            Console.Error.WriteLine(page.Entries.Count == 0
                ? $"There are {page.TotalCount}."
                : $"{before + 1} to {before + page.Entries.Count} of {page.TotalCount}.{(page.TotalCount > before + page.Entries.Count ? $" Go on with --page {number + 1}." : "")}");
        }

        return ExitCode.Done;
    }
}
