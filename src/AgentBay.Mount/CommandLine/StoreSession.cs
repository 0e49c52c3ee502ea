using AgentBay.Fs.Contexts;
using AgentBay.Fs.Files;
using AgentBay.ObjectStore;

namespace AgentBay.Mount.CommandLine;

/// <summary>A store that a command works on, and its contexts.</summary>
internal sealed class StoreSession
{
    private StoreSession(IObjectStore store, string argument)
    {
        Store = store;
        Argument = argument;
        Catalog = new ContextCatalog(store, TimeProvider.System);
    }

    internal IObjectStore Store { get; }

    internal ContextCatalog Catalog { get; }

    /// <summary>For --store of another process.</summary>
    internal string Argument { get; }

    internal string Url => Store.Properties.Url;

    internal ContextFiles FilesOf(ContextRecord context) => new(Store, context, TimeProvider.System);

    /// <summary>Runs a command; Ctrl-C and SIGTERM cancel it, so that it leaves nothing half done.</summary>
    internal static async Task<int> RunAsync(string? storeUrl, Func<StoreSession, CancellationToken, Task<int>> command)
    {
        using var interrupt = new Interrupt();
        string url = ResolveUrl(storeUrl);
        await using IObjectStore store = StoreUrl.Open(url, StoreOpenOptions.Default);
        return await command(new StoreSession(store, url), interrupt.Token);
    }

    /// <param name="option">What --store said, if anything.</param>
    /// <exception cref="CommandException">The URL is none.</exception>
    internal static string ResolveUrl(string? option)
    {
        try
        {
            return StoreUrl.Resolve(option);
        }
        catch (FormatException error)
        {
            throw CommandException.Usage(option is null ? error.Message : $"--store: {error.Message}");
        }
    }

    /// <exception cref="CommandException">There is no such context.</exception>
    internal async Task<ContextRecord> FindAsync(string nameOrId, CancellationToken cancellationToken) =>
        await Catalog.FindAsync(nameOrId, cancellationToken) ?? throw CommandException.Failed($"There is no context '{nameOrId}' in {Url}.");
}
