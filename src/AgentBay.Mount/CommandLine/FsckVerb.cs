using System.CommandLine;
using AgentBay.Fs.Checking;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Mirror;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>fsck</c>: compares mirror, index and store of a context that is not mounted.</summary>
internal static class FsckVerb
{
    internal const string Name = "fsck";

    internal static Command Create()
    {
        var context = new Argument<string>("ctx");
        var repair = new Option<bool>("--repair");
        var content = new Option<bool>("--content");
        var json = new Option<bool>("--json");
        var store = new Option<string>("--store");
        var cacheDirectory = new Option<string>("--cache-dir");
        var command = new Command(Name) { context, repair, content, json, store, cacheDirectory };
        command.SetAction((parsed, _) => StoreSession.RunAsync(parsed.GetValue(store), (session, cancel) => RunAsync(
            session,
            parsed.GetRequiredValue(context),
            parsed.GetValue(cacheDirectory) switch { null => StateFolder.DefaultCacheDirectory, "" => throw CommandException.Usage("--cache-dir is empty."), var folder => folder },
            new CheckOptions { Repair = parsed.GetValue(repair), Content = parsed.GetValue(content) },
            parsed.GetValue(json),
            cancel)));
        return command;
    }

    private static async Task<int> RunAsync(StoreSession session, string nameOrId, string cacheDirectory, CheckOptions options, bool json, CancellationToken cancellationToken)
    {
        ContextRecord context = await FindAsync(session, nameOrId, cancellationToken);
        using StateFolder? folder = TakeMirror(StateFolder.PathOf(cacheDirectory, session.Url, context.Id));
        CheckReport report = await new ContextChecker(session.Store, context, options, NullLogger.Instance)
            .RunAsync(folder, state => HostAdapters.Current.OpenMirror(state).Files, cancellationToken);
        if (json)
        {
            OutputJson.Print(FsckReport.From(report, context, session.Url), OutputJson.Default.FsckReport);
        }
        else
        {
            FsckText.Print(report, context, session.Url);
        }

        return report.IsClean ? ExitCode.Done : ExitCode.Unflushed;
    }

    /// <exception cref="CommandException">There is no such context, or its record is lost.</exception>
    private static async Task<ContextRecord> FindAsync(StoreSession session, string nameOrId, CancellationToken cancellationToken)
    {
        if (await session.Catalog.FindAsync(nameOrId, cancellationToken) is { } context)
        {
            return context;
        }

        return await session.Catalog.FindLostAsync(nameOrId, cancellationToken) is { } id
            ? throw CommandException.Failed(
                $"The record of context '{nameOrId}' (.agentbay/contexts/{id}.json) is gone from {session.Url}. Its name still says {id}, and its files are left alone: "
                + "mount it by its name, which writes the record anew, then check it again.")
            : await session.FindAsync(nameOrId, cancellationToken); // Says that there is none.
    }

    /// <exception cref="MirrorInUseException">It is mounted.</exception>
    private static StateFolder? TakeMirror(string path) =>
        !Directory.Exists(path) ? null : StateFolder.TryOpen(path) ?? throw new MirrorInUseException(path, StateFolder.ReadHolder(path));
}
