using System.CommandLine;
using AgentBay.Mount;
using AgentBay.Mount.CommandLine;

try
{
    SqliteLibrary.Register();
    string[] words = Verbs.WithVerb(args);
    ParseResult parsed = Verbs.Create(words).Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction and not VersionAction)
    {
        string problem = parsed.UnmatchedTokens is [var word, ..] ? $"Unrecognized command or argument '{word}'." : parsed.Errors[0].Message;
        string verb = parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";
        throw CommandException.Usage($"{problem} See: agentbay-mount {verb}--help");
    }

    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception error)
{
    CommandException failure = Failure.Explain(error);
    Console.Error.WriteLine($"agentbay-mount: {failure.Message}");
    return failure.ExitCode;
}
