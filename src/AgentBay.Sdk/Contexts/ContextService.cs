using AgentBay.Fs.Contexts;
using AgentBay.ObjectStore;
using Microsoft.Extensions.Logging;

namespace AgentBay.Sdk;

/// <summary>The contexts of a store, and their files without a session.</summary>
public sealed partial class ContextService
{
    private readonly IObjectStore store;
    private readonly ContextCatalog catalog;
    private readonly ServiceCalls calls;
    private readonly TimeProvider time;
    private readonly ContextClears clears;
    private readonly UrlServer urls;

    internal ContextService(IObjectStore store, ContextCatalog catalog, ServiceCalls calls, ILogger logger, TimeProvider time)
    {
        this.store = store;
        this.catalog = catalog;
        this.calls = calls;
        this.time = time;
        clears = new ContextClears(catalog, logger, time);
        urls = new UrlServer(store, new UrlServing { GuardOf = key => new ContextPutGuard(catalog, key, time) });
    }

    /// <summary>A context by its name, made if asked for, or by its id.</summary>
    /// <exception cref="ArgumentException">Neither name nor id is given, or one is to be made with an id.</exception>
    public Task<ContextResult> GetAsync(string? name = null, bool create = false, string? contextId = null, CancellationToken cancellationToken = default)
    {
        if (name is null && contextId is null)
        {
            throw new ArgumentException("Either 'name' or 'context_id' must be provided");
        }

        if (create && contextId is not null)
        {
            throw new ArgumentException("Cannot create context using context_id. Use 'name' parameter when create=True");
        }

        return calls.RunAsync("GetContext", async () => new ContextResult
        {
            Context = Context.From(create ? await catalog.GetOrCreateAsync(name!, cancellationToken) : await FindAsync(name, contextId, cancellationToken)),
        });
    }

    /// <summary>Contexts by pages, in no order that means something.</summary>
    public Task<ContextListResult> ListAsync(ContextListParams? parameters = null, CancellationToken cancellationToken = default)
    {
        parameters ??= new ContextListParams();
        return calls.RunAsync("ListContexts", async () =>
        {
            ContextPage page = await catalog.ListPageAsync(parameters.MaxResults, parameters.NextToken, cancellationToken);
            return new ContextListResult
            {
                Contexts = [.. page.Contexts.Select(Context.From)],
                NextToken = page.NextToken,
                MaxResults = parameters.MaxResults,
                TotalCount = page.TotalCount,
            };
        });
    }

    /// <summary>Gives a context the name that it has here: <c>UpdateAsync(context with { Name = "new-name" })</c>. Its id stays.</summary>
    public Task<OperationResult> UpdateAsync(Context context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return calls.RunAsync("ModifyContext", async () =>
        {
            _ = await catalog.RenameAsync(await FindAsync(context.Id, cancellationToken), context.Name, cancellationToken);
            return new OperationResult();
        });
    }

    /// <summary>Deletes a context with all its files. A session that still has it stores nothing any more.</summary>
    public Task<OperationResult> DeleteAsync(Context context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return calls.RunAsync("DeleteContext", async () =>
        {
            await catalog.DeleteAsync(await FindAsync(context.Id, cancellationToken), deletedObjects: null, cancellationToken);
            return new OperationResult();
        });
    }

    internal async Task CloseAsync()
    {
        await clears.CloseAsync();
        await urls.DisposeAsync();
    }

    internal static string NoSuchId(string contextId) => $"There is no context with the id '{contextId}': ids are {ContextId.Prefix} and 20 letters and digits.";

    private Task<ContextRecord> FindAsync(string contextId, CancellationToken cancellationToken) => FindAsync(name: null, contextId, cancellationToken);

    private async Task<ContextRecord> FindAsync(string? name, string? contextId, CancellationToken cancellationToken)
    {
        if (contextId is not null && !ContextId.IsId(contextId))
        {
            throw new AgentBayException(NoSuchId(contextId));
        }

        ContextRecord? found = await catalog.FindAsync((contextId ?? name)!, cancellationToken);
        return found is null || (name is not null && found.Name != name)
            ? throw new AgentBayException($"There is no context '{name ?? contextId}' in {store.Properties.Url}.")
            : found;
    }
}
