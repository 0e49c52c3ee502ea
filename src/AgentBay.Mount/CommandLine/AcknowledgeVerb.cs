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
            int code = ExitCode.Done;
            foreach (string path in parsed.GetRequiredValue(file))
            {
                try
                {
                    MountTarget target = MountTarget.Find(path);
                    _ = await target.AskAtOnceAsync<ControlReply.Path>(new ControlRequest.Acknowledge(target.NameOf(path)), cancel);
                }
                catch (Exception error) when (error is CommandException or IOException or UnauthorizedAccessException or TimeoutException)
                {
                    Console.Error.WriteLine($"agentbay-mount: {Failure.Explain(error).Message}");
                    code = ExitCode.Failed;
                }
            }

            return code;
        });
        return command;
    }
}
