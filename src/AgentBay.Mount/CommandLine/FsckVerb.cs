using System.CommandLine;
using System.Text.Json;
using AgentBay.Fs.Checking;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Mirror;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;
using AgentBay.ObjectStore;
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
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(context),
            parsed.GetValue(store),
            parsed.GetValue(cacheDirectory) ?? StateFolder.DefaultCacheDirectory,
            new CheckOptions { Repair = parsed.GetValue(repair), Content = parsed.GetValue(content) },
            parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string nameOrId, string? storeUrl, string cacheDirectory, CheckOptions options, bool json)
    {
        using var interrupt = new Interrupt();
        await using IObjectStore store = DefaultStore.Open(storeUrl);
        string url = store.Properties.Url;
        ContextRecord context = await new ContextCatalog(store, options.Time).FindAsync(nameOrId, interrupt.Token)
            ?? throw CommandException.Failed($"There is no context '{nameOrId}' in {url}.");
        using StateFolder? folder = TakeMirror(StateFolder.PathOf(cacheDirectory, url, context.Id));
        CheckReport report = await new ContextChecker(store, context, options, NullLogger.Instance)
            .RunAsync(folder, state => HostAdapters.Current.OpenMirror(state).Files, interrupt.Token);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(FsckReport.From(report, context, url), OutputJson.Default.FsckReport));
        }
        else
        {
            FsckText.Print(report, context, url);
        }

        return report.IsClean ? ExitCode.Done : ExitCode.Unflushed;
    }

    /// <exception cref="MirrorInUseException">It is mounted.</exception>
    private static StateFolder? TakeMirror(string path) =>
        !Directory.Exists(path) ? null : StateFolder.TryOpen(path) ?? throw new MirrorInUseException(path, StateFolder.ReadHolder(path));
}
