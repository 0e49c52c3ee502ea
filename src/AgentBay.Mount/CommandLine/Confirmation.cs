namespace AgentBay.Mount.CommandLine;

/// <summary>Asks before something is destroyed. Where nobody can be asked, <c>--yes</c> must have been said.</summary>
internal static class Confirmation
{
    /// <param name="effect">What would be done: "This deletes …".</param>
    /// <param name="question">Ends with what to type.</param>
    /// <param name="answer">What confirms.</param>
    /// <exception cref="CommandException">Wrong usage, or the user does not want it.</exception>
    internal static void Require(bool yes, string effect, string question, string answer)
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
        if (Console.ReadLine() != answer)
        {
            throw CommandException.Failed("Nothing was changed.");
        }
    }
}
