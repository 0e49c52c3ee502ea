namespace AgentBay.Mount.CommandLine;

/// <summary>Asks before something is destroyed. Where nobody can be asked, <c>--yes</c> must have been said.</summary>
internal static class Confirmation
{
    /// <param name="effect">What would be done: "This deletes …".</param>
    /// <param name="question">Ends with what to type.</param>
    /// <param name="answer">What confirms.</param>
    /// <exception cref="CommandException">Wrong usage, or the user does not want it.</exception>
    internal static async Task RequireAsync(bool yes, string effect, string question, string answer, CancellationToken cancellationToken)
    {
        if (yes)
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw CommandException.Usage($"{effect}: say --yes.");
        }

        Console.Error.Write(question + " ");
        if (await ReadLineAsync(cancellationToken) != answer)
        {
            throw CommandException.Failed("Nothing was changed.");
        }
    }

    /// <summary>A read of a terminal ends with a line or the process only.</summary>
    private static async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(Console.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine();
            throw CommandException.Failed("Interrupted. Nothing was changed.");
        }
    }
}
