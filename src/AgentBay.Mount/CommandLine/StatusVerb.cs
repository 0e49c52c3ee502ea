using System.CommandLine;
using AgentBay.Fs.Control;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>status</c>: one mount, or all.</summary>
internal static class StatusVerb
{
    internal const string Name = "status";

    internal static Command Create()
    {
        var path = new Argument<string?>("path") { Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json");
        var command = new Command(Name) { path, json };
        command.SetAction((parsed, cancel) => parsed.GetValue(path) is { } one
            ? OneAsync(one, parsed.GetValue(json), cancel)
            : AllAsync(parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> OneAsync(string path, bool json, CancellationToken cancellationToken)
    {
        MountTarget target = MountTarget.Find(path);
        MountReport report = await MountReport.OfAsync(target, cancellationToken);
        if (target.NameOf(path) is { Length: > 0 } name && report.PendingFiles is not null)
        {
            var found = await target.AskAtOnceAsync<ControlReply.Path>(new ControlRequest.Path(name), cancellationToken);
            report = report with { Path = PathReport.From(name, found.Found) };
        }

        if (json)
        {
            OutputJson.Print(report, OutputJson.Default.MountReport);
        }
        else
        {
            StatusText.Print(report);
        }

        return ExitCode.Done;
    }

    private static async Task<int> AllAsync(bool json, CancellationToken cancellationToken)
    {
        var reports = new List<MountReport>();
        foreach (MountTarget target in MountTarget.All())
        {
            reports.Add(await MountReport.OfAsync(target, cancellationToken));
        }

        if (json)
        {
            OutputJson.Print(reports, OutputJson.Default.ListMountReport);
        }
        else
        {
            StatusText.PrintTable(reports);
        }

        return ExitCode.Done;
    }
}
