using System.CommandLine;
using System.CommandLine.Invocation;

namespace AgentBay.Mount.CommandLine;

/// <summary>Prints the text that <c>Help/</c> holds for a verb.</summary>
internal sealed class HelpAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        string name = parseResult.CommandResult.Command is RootCommand ? MountVerb.Name : parseResult.CommandResult.Command.Name;
        string topic = parseResult.CommandResult.Parent is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } parent ? parent.Command.Name : name;
        using Stream text = typeof(HelpAction).Assembly.GetManifestResourceStream(topic)
            ?? throw CommandException.Usage($"'{topic}' is started by mount(8), not by hand.");
        using var reader = new StreamReader(text);
        Console.Out.Write(reader.ReadToEnd());
        return ExitCode.Done;
    }
}
