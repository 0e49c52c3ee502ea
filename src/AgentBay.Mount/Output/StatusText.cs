using AgentBay.Fs.Control;

namespace AgentBay.Mount.Output;

/// <summary><c>status</c> for people.</summary>
internal static class StatusText
{
    internal static void PrintTable(IReadOnlyCollection<MountReport> reports)
    {
        if (reports.Count == 0)
        {
            Console.WriteLine("Nothing is mounted.");
            return;
        }

        TextTable.Print(
            ["CONTEXT", "STATE", "PID", "PENDING", "MOUNT POINT", "STORE", "LAST ERROR"],
            reports.Select(r => new[] { r.Context ?? "?", r.State, r.Pid?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?", Pending(r), r.MountPoint, r.Store ?? "?", r.LastError ?? "-" }));
    }

    internal static void Print(MountReport report)
    {
        Line("context", $"{report.Context ?? "?"} ({report.ContextId ?? "?"})");
        Line("state", report.State + (report.ReadOnly == true ? ", read-only" : ""));
        Line("mount point", report.MountPoint);
        Line("store", report.Store ?? "?");
        Line("mirror", report.StateFolder);
        Line("process", $"{report.Pid}{(report.StartedAt is { } since ? $", since {since.ToLocalTime():yyyy-MM-dd HH:mm:ss}" : "")}");
        Line("pending", Pending(report));
        Line("last error", report.LastError ?? "-");
        Line("log", report.LogFile ?? Path.Combine(report.StateFolder, "daemon.log"));
        foreach (Remaining failed in report.Failed)
        {
            Line("failed", $"{failed.Path} ({Sizes.Format(failed.Bytes)}): {failed.Error}");
        }
    }

    private static string Pending(MountReport report) => report.PendingFiles switch
    {
        null => "?",
        0 => "nothing",
        1 => $"1 file, {Sizes.Format(report.PendingBytes ?? 0)}",
        { } count => $"{count} files, {Sizes.Format(report.PendingBytes ?? 0)}",
    };

    private static void Line(string name, string value) => Console.WriteLine($"{name + ":",-13}{value}");
}
