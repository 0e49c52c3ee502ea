namespace AgentBay.Fs.Contexts;

/// <summary>Says whether a context is still as it was when somebody began to work on it: not cleared, not deleted. What was true counts for a moment.</summary>
public sealed class ContextGuard(ContextCatalog catalog, ContextRecord context, TimeProvider time)
{
    /// <summary>How long one answer counts. A clear and a deletion wait for longer than this before their last look.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(1);

    private const long Never = long.MinValue;

    private long checkedAt = Never;

    public ContextRecord Context { get; } = context;

    /// <summary>Whether the last answer still counts.</summary>
    public bool IsFresh => Interlocked.Read(ref checkedAt) is var at and not Never && time.GetElapsedTime(at) < Validity;

    /// <summary>Asks the store, unless the last answer still counts.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.Cleared"/>, <see cref="ContextError.BeingDeleted"/> or <see cref="ContextError.NotFound"/>: from now on nothing may be written.</exception>
    /// <exception cref="ObjectStore.StoreException">The store does not say.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (IsFresh)
        {
            return;
        }

        long asked = time.GetTimestamp();
        Judge(await catalog.FindAsync(Context.Id, cancellationToken));
        Interlocked.Exchange(ref checkedAt, asked);
    }

    private void Judge(ContextRecord? now)
    {
        string name = $"Context '{now?.Name ?? Context.Name}' ({Context.Id})";
        if (now is null || now.State == ContextRecord.Deleting)
        {
            throw new ContextException(now is null ? ContextError.NotFound : ContextError.BeingDeleted, $"{name} was deleted");
        }

        if (now.Epoch != Context.Epoch)
        {
            throw new ContextException(ContextError.Cleared, $"{name} was cleared at {now.ClearedAt?.ToUniversalTime():yyyy-MM-dd HH:mm:ss'Z'}");
        }

        if (now.State == ContextRecord.Clearing)
        {
            ContextCatalog.RefuseBusy(now);
        }
    }
}
