using System.CommandLine;
using AgentBay.Fs.Control;
using AgentBay.Mount.Mounts;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>acknowledge</c>: a file that cannot be stored holds nothing up any more.</summary>
internal static class AcknowledgeVerb
{
    internal const string Name = "acknowledge";

    internal static Command Create()
    {
        var file = new Argument<string[]>("file") { Arity = ArgumentArity.OneOrMore };
        var command = new Command(Name) { file };
        command.SetAction(async (parsed, cancel) =>
        {
            foreach (string path in parsed.GetRequiredValue(file))
            {
                MountTarget target = MountTarget.Find(path);
                _ = await target.AskAsync<ControlReply.Path>(new ControlRequest.Acknowledge(target.NameOf(path)), cancel);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
