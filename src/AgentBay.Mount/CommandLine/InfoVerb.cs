using System.CommandLine;
using AgentBay.Fs.Control;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>info</c>: the transfers that were asked for, as the guide's <c>context.info()</c> has them.</summary>
internal static class InfoVerb
{
    internal const string Name = "info";

    internal static Command Create()
    {
        var path = new Argument<string>("path");
        var json = new Option<bool>("--json");
        var command = new Command(Name) { path, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetRequiredValue(path), parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool json, CancellationToken cancellationToken)
    {
        MountTarget target = MountTarget.Find(path);
        List<TaskReport> rows = [.. (await target.AskAtOnceAsync<ControlReply.Tasks>(new ControlRequest.Tasks(), cancellationToken)).Rows.Select(TaskReport.From)];
        if (json)
        {
            OutputJson.Print(rows, OutputJson.Default.ListTaskReport);
        }
        else if (rows.Count == 0)
        {
            Console.WriteLine("There was no transfer yet (changes go to the store by themselves: agentbay-mount status).");
        }
        else
        {
            TextTable.Print(
                ["CONTEXT ID", "PATH", "TASK TYPE", "STATUS", "START", "FINISH", "ERROR"],
                rows.Select(row => new[] { row.ContextId, row.Path, row.TaskType, row.Status, Time(row.StartTime), Time(row.FinishTime), row.ErrorMessage ?? "-" }));
        }

        return ExitCode.Done;
    }

    private static string Time(DateTimeOffset? time) => time is { } at ? LocalTime.Format(at) : "-";
}
