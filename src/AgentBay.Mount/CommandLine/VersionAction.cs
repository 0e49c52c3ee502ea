using System.CommandLine;
using System.CommandLine.Invocation;
using AgentBay.Mount.Daemon;

namespace AgentBay.Mount.CommandLine;

internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Console.Out.WriteLine($"agentbay-mount {MountProcess.Version}");
        return ExitCode.Done;
    }
}
