using AgentBay.Fs.Control;

namespace AgentBay.Mount.Output;

/// <summary>What a flush left, and the exit code that says so.</summary>
internal static class RemainingReport
{
    private const int Listed = 20;

    /// <param name="done">What went well: <c>/x is unmounted</c>.</param>
    /// <param name="next">What becomes of the rest; where the context was lost, the errors say.</param>
    internal static int Print(ControlReply.Done reply, string done, string next)
    {
        if (reply.RemainingCount == 0)
        {
            if (!Console.IsOutputRedirected)
            {
                Console.WriteLine($"{done}; {Stored(reply.Acknowledged)}");
            }

            return ExitCode.Done;
        }

        Console.Error.WriteLine(
            $"agentbay-mount: {done}, but {reply.RemainingCount} changes ({Sizes.Format(reply.RemainingBytes)}) are not in the store{(reply.IsContextLost ? "" : " yet")}. They are kept on this machine.{(reply.IsContextLost ? "" : $" {next}.")}");
        foreach (Remaining remaining in reply.Remaining.Take(Listed))
        {
            Console.Error.WriteLine($"  {remaining.Path} ({Sizes.Format(remaining.Bytes)}){(remaining.Error is { } error ? ": " + error : "")}");
        }

        if (reply.RemainingCount > Listed)
        {
            Console.Error.WriteLine($"  … and {reply.RemainingCount - Math.Min(Listed, reply.Remaining.Count)} more");
        }

        return ExitCode.Unflushed;
    }

    private static string Stored(int acknowledged) => acknowledged switch
    {
        0 => "everything is in the store.",
        1 => "everything is in the store but 1 path that failed and was acknowledged.",
        _ => $"everything is in the store but {acknowledged} paths that failed and were acknowledged.",
    };
}
