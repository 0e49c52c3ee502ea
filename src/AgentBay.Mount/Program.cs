using AgentBay.Mount;
using AgentBay.Mount.CommandLine;

try
{
    SqliteLibrary.Register();
    return await Verbs.RunAsync(args);
}
catch (Exception error)
{
    CommandException failure = Failure.Explain(error);
    Console.Error.WriteLine($"agentbay-mount: {failure.Message}");
    return failure.ExitCode;
}
