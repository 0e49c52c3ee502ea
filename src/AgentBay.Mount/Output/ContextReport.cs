using System.Globalization;
using AgentBay.Fs.Contexts;

namespace AgentBay.Mount.Output;

/// <summary>What <c>context … --json</c> prints of a context. These names stay as they are.</summary>
internal sealed record ContextReport(string Id, string Name, string State, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ClearedAt)
{
    internal static int Print(ContextRecord record, bool json)
    {
        ContextReport report = From(record);
        if (json)
        {
            OutputJson.Print(report, OutputJson.Default.ContextReport);
            return ExitCode.Done;
        }

        Line("name", report.Name);
        Line("id", report.Id);
        Line("state", report.State);
        Line("created", Time(report.CreatedAt));
        Line("last used", Time(report.LastUsedAt));
        if (report.ClearedAt is { } cleared)
        {
            Line("cleared", Time(cleared));
        }

        return ExitCode.Done;
    }

    internal static int Print(IReadOnlyList<ContextRecord> records, bool json)
    {
        List<ContextReport> reports = [.. records.Select(From)];
        if (json)
        {
            OutputJson.Print(reports, OutputJson.Default.ListContextReport);
        }
        else
        {
            TextTable.Print(["NAME", "ID", "STATE", "CREATED", "LAST USED"], reports.Select(r => new[] { r.Name, r.Id, r.State, Time(r.CreatedAt), Time(r.LastUsedAt) }));
        }

        return ExitCode.Done;
    }

    /// <summary>As tables show it.</summary>
    internal static string Time(DateTimeOffset? time) => time is { } t ? t.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";

    private static ContextReport From(ContextRecord record) => new(record.Id, record.Name, record.State, record.CreatedAt, record.LastUsedAt, record.ClearedAt);

    private static void Line(string name, string value) => Console.WriteLine($"{name + ":",-12}{value}");
}
