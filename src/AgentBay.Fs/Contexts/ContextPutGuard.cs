using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>Refuses a PUT by a URL into a context that is being cleared, was cleared since the PUT began, or was deleted.</summary>
/// <param name="key">Of a context's file; at any other key nothing is stored.</param>
public sealed class ContextPutGuard(ContextCatalog catalog, string key, TimeProvider time) : IPutGuard
{
    private ContextGuard? guard;

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            guard ??= await BeginAsync(cancellationToken);
            await guard.CheckAsync(cancellationToken);
        }
        catch (ContextException refused)
        {
            throw new PutRefusedException($"Nothing was stored: {refused.Message}", refused);
        }
    }

    private async Task<ContextGuard> BeginAsync(CancellationToken cancellationToken)
    {
        string? id = CatalogKeys.IdOfContent(key);
        ContextRecord context = (id is null ? null : await catalog.FindAsync(id, cancellationToken))
            ?? throw new ContextException(ContextError.NotFound, id is null ? "the URL is of no context's file." : $"context {id} was deleted.");
        ContextCatalog.RefuseBusy(context);
        return new ContextGuard(catalog, context, time);
    }
}
