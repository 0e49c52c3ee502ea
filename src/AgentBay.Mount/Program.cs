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
        throw CommandException.Usage($"{parsed.Errors[0].Message} See: agentbay-mount {parsed.CommandResult.Command.Name} --help".Replace("agentbay-mount agentbay-mount", "agentbay-mount", StringComparison.Ordinal));
    }

    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception error)
{
    CommandException failure = Failure.Explain(error);
    Console.Error.WriteLine($"agentbay-mount: {failure.Message}");
    return failure.ExitCode;
}
