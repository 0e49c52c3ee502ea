using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>The contexts of a store. Names are unique; two processes that create a name at once get the same context.</summary>
public sealed class ContextCatalog(IObjectStore store, TimeProvider time)
{
    private readonly IObjectStore store = store;
    private readonly TimeProvider time = time;

    /// <param name="nameOrId">An id begins with <c>SdkCtx-</c>.</param>
    /// <returns>Null when there is no such context.</returns>
    public Task<ContextRecord?> FindAsync(string nameOrId, CancellationToken cancellationToken) => throw new NotImplementedException($"{store}{time}");

    /// <summary>The context of this name, made if there is none.</summary>
    public Task<ContextRecord> GetOrCreateAsync(string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>All contexts, by name.</summary>
    public Task<IReadOnlyList<ContextRecord>> ListAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Deletes a context with all its objects.</summary>
    public Task DeleteAsync(ContextRecord context, IProgress<int>? deletedObjects, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Notes that the context is used now.</summary>
    public Task<ContextRecord> TouchAsync(ContextRecord context, CancellationToken cancellationToken) => throw new NotImplementedException();
}
