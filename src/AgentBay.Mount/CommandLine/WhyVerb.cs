using System.CommandLine;
using AgentBay.Fs.Control;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>why</c>: which rule of the policy decides for a path, also for one that is not there yet.</summary>
internal static class WhyVerb
{
    internal const string Name = "why";

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
        string name = target.NameOf(path);
        var answer = await target.AskAtOnceAsync<ControlReply.Rule>(new ControlRequest.Rule(name), cancellationToken);
        if (json)
        {
            OutputJson.Print(new RuleReport(name, answer.IsSynced, answer.Rules), OutputJson.Default.RuleReport);
        }
        else
        {
            Console.WriteLine($"{Path.Combine(target.MountPoint, name)} {(answer.IsSynced ? "is synced" : "stays on this machine")}: {string.Join("; ", answer.Rules)}");
        }

        return ExitCode.Done;
    }
}
