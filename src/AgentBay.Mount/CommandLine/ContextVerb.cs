using System.CommandLine;
using System.Text.Json;
using AgentBay.Fs.Contexts;
using AgentBay.Mount.Mounts;
using AgentBay.Mount.Output;
using AgentBay.ObjectStore;

namespace AgentBay.Mount.CommandLine;

/// <summary><c>context list|get|create|delete</c>.</summary>
internal static class ContextVerb
{
    internal const string Name = "context";

    internal static Command Create()
    {
        var store = new Option<string>("--store") { Recursive = true };
        var json = new Option<bool>("--json") { Recursive = true };
        var yes = new Option<bool>("--yes", "-y");
        var name = new Argument<string>("ctx");

        var list = new Command("list");
        list.SetAction((parsed, cancel) => WithCatalogAsync(parsed.GetValue(store), (catalog, _) => ListAsync(catalog, parsed.GetValue(json), cancel)));
        var get = new Command("get") { name };
        get.SetAction((parsed, cancel) => WithCatalogAsync(parsed.GetValue(store), async (catalog, url) =>
            Print(await FindAsync(catalog, url, parsed.GetRequiredValue(name), cancel), parsed.GetValue(json))));
        var create = new Command("create") { name };
        create.SetAction((parsed, cancel) => WithCatalogAsync(parsed.GetValue(store), async (catalog, _) =>
            Print(await catalog.GetOrCreateAsync(parsed.GetRequiredValue(name), cancel), parsed.GetValue(json))));
        var delete = new Command("delete") { name, yes };
        delete.SetAction((parsed, cancel) => WithCatalogAsync(parsed.GetValue(store), (catalog, url) =>
            DeleteAsync(catalog, url, parsed.GetRequiredValue(name), parsed.GetValue(yes), cancel)));
        return new Command(Name) { store, json, list, get, create, delete };
    }

    private static async Task<int> WithCatalogAsync(string? storeUrl, Func<ContextCatalog, string, Task<int>> run)
    {
        await using IObjectStore store = DefaultStore.Open(storeUrl);
        return await run(new ContextCatalog(store, TimeProvider.System), store.Properties.Url);
    }

    private static async Task<ContextRecord> FindAsync(ContextCatalog catalog, string url, string nameOrId, CancellationToken cancellationToken) =>
        await catalog.FindAsync(nameOrId, cancellationToken) ?? throw CommandException.Failed($"There is no context '{nameOrId}' in {url}.");

    private static async Task<int> ListAsync(ContextCatalog catalog, bool json, CancellationToken cancellationToken)
    {
        List<ContextReport> reports = [.. (await catalog.ListAsync(cancellationToken)).Select(ContextReport.From)];
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(reports, OutputJson.Default.ListContextReport));
        }
        else
        {
            TextTable.Print(["NAME", "ID", "STATE", "CREATED", "LAST USED"], reports.Select(r => new[] { r.Name, r.Id, r.State, Time(r.CreatedAt), Time(r.LastUsedAt) }));
        }

        return ExitCode.Done;
    }

    private static int Print(ContextRecord record, bool json)
    {
        var report = ContextReport.From(record);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, OutputJson.Default.ContextReport));
        }
        else
        {
            Console.WriteLine($"{"name:",-12}{report.Name}");
            Console.WriteLine($"{"id:",-12}{report.Id}");
            Console.WriteLine($"{"state:",-12}{report.State}");
            Console.WriteLine($"{"created:",-12}{Time(report.CreatedAt)}");
            Console.WriteLine($"{"last used:",-12}{Time(report.LastUsedAt)}");
        }

        return ExitCode.Done;
    }

    private static async Task<int> DeleteAsync(ContextCatalog catalog, string url, string nameOrId, bool yes, CancellationToken cancellationToken)
    {
        ContextRecord context = await FindAsync(catalog, url, nameOrId, cancellationToken);
        await RefuseMountedAsync(context, url, cancellationToken);
        if (!yes)
        {
            Confirm(context, url);
        }

        await catalog.DeleteAsync(context, deletedObjects: null, cancellationToken);
        Console.WriteLine($"Deleted context '{context.Name}' ({context.Id}).");
        return ExitCode.Done;
    }

    private static async Task RefuseMountedAsync(ContextRecord context, string url, CancellationToken cancellationToken)
    {
        foreach (MountTarget target in OperatingSystem.IsLinux() ? MountTarget.All() : [])
        {
            MountReport report = await MountReport.OfAsync(target, cancellationToken);
            if (report.ContextId == context.Id && report.Store == url && report.State != "dead")
            {
                throw CommandException.Failed($"Context '{context.Name}' is mounted on {report.MountPoint}: unmount it first (agentbay-mount unmount {ShellWord.Quote(report.MountPoint)}).");
            }
        }
    }

    private static void Confirm(ContextRecord context, string url)
    {
        if (Console.IsInputRedirected)
        {
            throw CommandException.Usage($"This deletes context '{context.Name}' with all its files from {url}: say --yes.");
        }

        Console.Error.Write($"Delete context '{context.Name}' with all its files from {url}? Type its name to confirm: ");
        if (Console.ReadLine() != context.Name)
        {
            throw CommandException.Failed("Nothing was deleted.");
        }
    }

    private static string Time(DateTimeOffset? time) => time is { } t ? t.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) : "-";
}
