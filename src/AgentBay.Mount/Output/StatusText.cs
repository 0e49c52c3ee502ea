using System.Globalization;
using AgentBay.Fs.Control;
using AgentBay.Fs.Mirror;

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
            reports.Select(r => new[] { r.Context ?? "?", r.State, r.Pid?.ToString(CultureInfo.InvariantCulture) ?? "?", Pending(r), r.MountPoint, r.Store ?? "?", LastError(r) }));
    }

    internal static void Print(MountReport report)
    {
        if (report.Path is { } path)
        {
            Print(report, path);
            return;
        }

        Line("context", $"{report.Context ?? "?"} ({report.ContextId ?? "?"})");
        Line("state", report.State + (report.ReadOnly == true ? ", read-only" : ""));
        Line("mount point", report.MountPoint);
        Line("store", report.Store ?? "?");
        Line("mirror", report.StateFolder);
        Line("process", $"{report.Pid}{(report.StartedAt is { } since ? $", since {LocalTime.Format(since)}" : "")}");
        Line("pending", Pending(report));
        if (report.BytesPerSecond is { } rate and > 0)
        {
            Line("rate", Sizes.Format(rate) + "/s");
        }

        if (report.CacheBytes is { } cached)
        {
            Line("cache", $"{Sizes.Format(cached)}, {Sizes.Format(report.CacheFree ?? 0)} free");
        }

        Line("errors", report.Errors?.ToString(CultureInfo.InvariantCulture) ?? "?");
        Line("last error", LastError(report));
        Line("log", report.LogFile ?? StateFolder.LogFileIn(report.StateFolder));
        foreach (Remaining failed in report.Failed)
        {
            Line("failed", $"{failed.Path} ({Sizes.Format(failed.Bytes)}): {failed.Error}");
        }
    }

    private static void Print(MountReport mount, PathReport path)
    {
        Line("path", Path.Combine(mount.MountPoint, path.Name));
        Line("state", path.State + (path.IsHere ? "" : ", its bytes are in the store only"));
        Optional("since", path.PendingSince is { } since ? LocalTime.Format(since) : null);
        Optional("below", path.PendingBelow > 0 ? $"{path.PendingBelow} names wait" : null);
        Optional("rule", path.Rule);
        Optional("last error", path.LastError);
        foreach (string conflict in path.Conflicts)
        {
            Line("conflict", conflict);
        }

        Line("mount", $"{mount.Context ?? "?"} on {mount.MountPoint}, {mount.State}");
    }

    private static void Optional(string name, string? value)
    {
        if (value is not null)
        {
            Line(name, value);
        }
    }

    private static string LastError(MountReport report) => report.LastError ?? (report.Errors is null ? "?" : "-");

    private static string Pending(MountReport report) => report.PendingFiles switch
    {
        null => "?",
        0 => "nothing",
        1 => $"1 file, {Sizes.Format(report.PendingBytes ?? 0)}",
        { } count => $"{count} files, {Sizes.Format(report.PendingBytes ?? 0)}",
    };

    private static void Line(string name, string value) => Console.WriteLine($"{name + ":",-13}{value}");
}
