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
    try
    {
        Console.Error.WriteLine($"agentbay-mount: {failure.Message}");
    }
    catch (IOException)
    {
        // The terminal was closed: nobody is there to read it.
    }

    return failure.ExitCode;
}
