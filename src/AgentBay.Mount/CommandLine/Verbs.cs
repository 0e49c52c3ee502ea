using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using AgentBay.Mount.Daemon;

namespace AgentBay.Mount.CommandLine;

/// <summary>The command line as a whole.</summary>
internal static class Verbs
{
    private static readonly string[] Names =
    [
        MountVerb.Name, MountVerb.DaemonName, UnmountVerb.Name, UnmountVerb.Alias, SyncVerb.Name, StatusVerb.Name, InfoVerb.Name, WhyVerb.Name, ConflictsVerb.Name,
        ResolveVerb.Name, AcknowledgeVerb.Name, ContextVerb.Name, FileVerb.Name, FsckVerb.Name, ClearingProcess.VerbName, UrlProcess.VerbName, HelperVerbs.MountName, HelperVerbs.UnmountName,
    ];

    private static readonly string[] Global = ["--help", "-h", "-?", "--version"];

    /// <summary>Parses a command line and does what it says.</summary>
    /// <exception cref="CommandException">It is no command, or it failed.</exception>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        string[] words = WithVerb(arguments);
        ParseResult parsed = Create(words).Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction and not VersionAction)
        {
            string problem = parsed.UnmatchedTokens is [var word, ..] ? $"Unrecognized command or argument '{word}'." : parsed.Errors[0].Message;
            throw CommandException.Usage($"{problem} See: agentbay-mount {VerbOf(parsed.CommandResult)}--help");
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <returns>As it is typed, <c>context create</c>, with a space at its end; empty where there is none.</returns>
    private static string VerbOf(CommandResult command) => command.Command is RootCommand
        ? ""
        : $"{(command.Parent is CommandResult parent ? VerbOf(parent) : "")}{command.Command.Name} ";

    /// <summary>
    /// Mounting needs no verb: what does not begin with one is a mount. A context that is named like a verb is mounted with
    /// <c>mount status /path</c> or <c>-- status /path</c>.
    /// </summary>
    private static string[] WithVerb(string[] arguments) => arguments switch
    {
        [] => ["--help"],
        ["help", .. var rest] => [.. rest, "--help"],
        [var first, ..] when Names.Contains(first) || Global.Contains(first) => arguments,
        _ => [MountVerb.Name, .. arguments],
    };

    private static RootCommand Create(string[] words)
    {
        var root = new RootCommand
        {
            MountVerb.Create(words is [MountVerb.Name, .. var own] ? own : []),
            MountVerb.CreateDaemon(),
            UnmountVerb.Create(),
            SyncVerb.Create(),
            StatusVerb.Create(),
            InfoVerb.Create(),
            WhyVerb.Create(),
            ConflictsVerb.Create(),
            ResolveVerb.Create(),
            AcknowledgeVerb.Create(),
            ContextVerb.Create(),
            FileVerb.Create(),
            FsckVerb.Create(),
            ClearingProcess.CreateVerb(),
            UrlProcess.CreateVerb(),
            HelperVerbs.CreateMount(),
            HelperVerbs.CreateUnmount(),
        };
        root.Options.OfType<HelpOption>().Single().Action = new HelpAction();
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        return root;
    }
}
