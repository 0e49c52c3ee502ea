using System.CommandLine;
using System.CommandLine.Help;

namespace AgentBay.Mount.CommandLine;

/// <summary>The command line as a whole.</summary>
internal static class Verbs
{
    private static readonly string[] Names =
    [
        MountVerb.Name, MountVerb.DaemonName, UnmountVerb.Name, UnmountVerb.Alias, SyncVerb.Name, StatusVerb.Name, ContextVerb.Name, FsckVerb.Name,
        HelperVerbs.MountName, HelperVerbs.UnmountName,
    ];

    private static readonly string[] Global = ["--help", "-h", "-?", "--version"];

    /// <summary>
    /// Mounting needs no verb: what does not begin with one is a mount. A context that is named like a verb is mounted with
    /// <c>mount status /path</c> or <c>-- status /path</c>.
    /// </summary>
    internal static string[] WithVerb(string[] arguments) => arguments switch
    {
        [] => ["--help"],
        ["help", .. var rest] => [.. rest, "--help"],
        [var first, ..] when Names.Contains(first) || Global.Contains(first) => arguments,
        _ => [MountVerb.Name, .. arguments],
    };

    internal static RootCommand Create(string[] words)
    {
        var root = new RootCommand
        {
            MountVerb.Create(words is [MountVerb.Name, .. var own] ? own : []),
            MountVerb.CreateDaemon(),
            UnmountVerb.Create(),
            SyncVerb.Create(),
            StatusVerb.Create(),
            ContextVerb.Create(),
            FsckVerb.Create(),
            HelperVerbs.CreateMount(),
            HelperVerbs.CreateUnmount(),
        };
        root.Options.OfType<HelpOption>().Single().Action = new HelpAction();
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        return root;
    }
}
