using System.CommandLine;
using AgentBay.Fs.Control;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>conflicts</c>: files that were changed on both sides, of which both versions were kept.</summary>
internal static class ConflictsVerb
{
    internal const string Name = "conflicts";

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
        List<ConflictReport> conflicts = [.. (await target.AskAsync<ControlReply.Conflicts>(new ControlRequest.Conflicts(), cancellationToken)).Copies.Select(copy => ConflictReport.From(target.MountPoint, copy))];
        if (json)
        {
            OutputJson.Print(conflicts, OutputJson.Default.ListConflictReport);
        }
        else if (conflicts.Count == 0)
        {
            Console.WriteLine($"There are no conflicts in {target.MountPoint}.");
        }
        else
        {
            TextTable.Print(
                ["KEPT BESIDE THE FILE", "KEPT BY", "AT", "SIZE"],
                conflicts.Select(conflict => new[] { conflict.Path, IsOfFolder(conflict) ? "a folder has its name" : conflict.Host, LocalTime.Format(conflict.At), Sizes.Format(conflict.Size) }));
            Console.WriteLine($"Resolve each: agentbay-mount {ResolveVerb.Name} FILE --ours|--theirs|--both");
            if (conflicts.Any(IsOfFolder))
            {
                Console.WriteLine("Where a folder has the name: delete or rename one of them, or keep both with --both.");
            }
        }

        return ExitCode.Done;
    }

    private static bool IsOfFolder(ConflictReport conflict) => conflict.Host.Length == 0;
}
