using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>
/// The contexts of a store. Names are unique; two processes that create a name at once get the same context.
/// <para>Two objects make a context: its name's entry, which says the id, and its record, which says the name. The entry is written first
/// and create-only, so a name is taken once. A context has a name when both say so; the record's write is the one moment
/// in which a rename happens. Whatever a crash leaves between the two, the next call that meets it puts right.</para>
/// <para>Where a store cannot hold a condition under a race (<see cref="StoreProperties"/>), two creations at once may give two contexts of
/// one name: the name's entry decides, the other is found by its id only, and is put away after a day if it stayed empty.</para>
/// </summary>
public sealed partial class ContextCatalog(IObjectStore store, TimeProvider time)
{
    private const int MaxTries = 20;
    private const int Concurrency = 16;

    // What a crash left is put away only when it is older than any call that could still be at work on it.
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    // Many mounts that begin at once need not all write.
    private static readonly TimeSpan UseResolution = TimeSpan.FromSeconds(1);

    /// <param name="nameOrId">An id begins with <c>SdkCtx-</c>.</param>
    /// <returns>Null when there is no such context.</returns>
    /// <exception cref="ContextException"><see cref="ContextError.Corrupt"/>, or <see cref="ContextError.InvalidName"/>: neither an id nor a name.</exception>
    public async Task<ContextRecord?> FindAsync(string nameOrId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nameOrId);
        if (nameOrId.StartsWith(ContextId.Prefix, StringComparison.Ordinal))
        {
            return ContextId.IsId(nameOrId) ? (await ReadRecordAsync(nameOrId, cancellationToken))?.Value.ToRecord() : null;
        }

        ContextName.Validate(nameOrId);
        string? seen = null;
        while (await ReadNameAsync(nameOrId, cancellationToken) is { } entry && entry.ETag != seen)
        {
            if ((await ReadRecordAsync(entry.Value.Id, cancellationToken))?.Value is { } document && document.Name == nameOrId)
            {
                return document.ToRecord();
            }

            seen = entry.ETag; // The name may have gone to another context between the two reads.
        }

        return null;
    }

    /// <summary>A name whose record is missing: lost, or its creation was cut short. <see cref="GetOrCreateAsync"/> writes it anew.</summary>
    /// <returns>The id that the name was given to; null where nothing is lost, or the name is an id or nobody's.</returns>
    public async Task<string?> FindLostAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !name.StartsWith(ContextId.Prefix, StringComparison.Ordinal) && await ReadNameAsync(name, cancellationToken) is { Value.From: null } entry && await ReadRecordAsync(entry.Value.Id, cancellationToken) is null
            ? entry.Value.Id
            : null;
    }

    /// <summary>The context of this name, made if there is none.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.InvalidName"/>, <see cref="ContextError.BeingDeleted"/> or <see cref="ContextError.Corrupt"/>.</exception>
    public async Task<ContextRecord> GetOrCreateAsync(string name, CancellationToken cancellationToken)
    {
        ContextName.Validate(name);
        for (int tries = 0; tries < MaxTries; tries++)
        {
            Versioned<NameEntry>? entry = await ReadNameAsync(name, cancellationToken)
                ?? await TryTakeNameAsync(name, NewEntry(ContextId.New()), PutCondition.Absent, cancellationToken);
            if (entry is null)
            {
                continue; // Somebody else took it just now.
            }

            ContextDocument? document = await FindHolderAsync(name, entry, cancellationToken);
            if (document?.Name == entry.Value.From)
            {
                document = await CommitRenameAsync(entry, name, cancellationToken);
            }

            if (document?.Name == name)
            {
                RefuseDeleting(document);
                return document.ToRecord();
            }

            await ReleaseAsync(name, entry, cancellationToken);
        }

        throw Contended(name);
    }

    /// <summary>The context that an entry gives its name to, or that is on its way to it. What a creation began is ended.</summary>
    /// <returns>Null: to nobody. The entry is a renamed context's old one, or that of a rename whose context was deleted, or is not there any more.</returns>
    private async Task<ContextDocument?> FindHolderAsync(string name, Versioned<NameEntry> entry, CancellationToken cancellationToken)
    {
        if (await ReadRecordAsync(entry.Value.Id, cancellationToken) is { } record)
        {
            bool comesHere = record.Value.Name == entry.Value.From && record.Value.State != ContextRecord.Deleting;
            return record.Value.Name == name || comesHere ? record.Value : null;
        }

        // A deletion takes the name first: where the entry still stands, there never was a record.
        return entry.Value.From is null && (await ReadNameAsync(name, cancellationToken))?.ETag == entry.ETag
            ? await CreateRecordAsync(entry.Value.Id, name, cancellationToken)
            : null;
    }

    /// <summary>Notes that the context is used now.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.NotFound"/>, <see cref="ContextError.BeingDeleted"/>, <see cref="ContextError.BeingCleared"/>
    /// or <see cref="ContextError.Corrupt"/>.</exception>
    public async Task<ContextRecord> TouchAsync(ContextRecord context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        DateTimeOffset now = time.GetUtcNow();
        ContextDocument? document = await UpdateRecordAsync(
            context.Id,
            document =>
            {
                RefuseBusy(document.ToRecord());
                return document.LastUsedAt > now - UseResolution ? document : document with { LastUsedAt = now };
            },
            cancellationToken);
        return (document ?? throw NotFound(context)).ToRecord();
    }

    /// <summary>A context that is being cleared or deleted can be neither mounted nor written to.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.BeingCleared"/> or <see cref="ContextError.BeingDeleted"/>; the message says what ends it.</exception>
    public static void RefuseBusy(ContextRecord context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.State == ContextRecord.Deleting)
        {
            throw new ContextException(
                ContextError.BeingDeleted,
                $"Context '{context.Name}' ({context.Id}) is being deleted. If that was cut short, run `agentbay-mount context delete {context.Id}` again.");
        }

        if (context.State == ContextRecord.Clearing)
        {
            throw new ContextException(
                ContextError.BeingCleared,
                $"Context '{context.Name}' ({context.Id}) is being cleared: wait until that is done. If it was cut short, run `agentbay-mount context clear {context.Id}` again.");
        }
    }

    private static void RefuseDeleting(ContextDocument document)
    {
        if (document.State == ContextRecord.Deleting)
        {
            RefuseBusy(document.ToRecord());
        }
    }

    private ContextException NotFound(ContextRecord context) =>
        new(ContextError.NotFound, $"Context '{context.Name}' ({context.Id}) is no longer in {store.Properties.Url}.");

    private StoreException Contended(string what) =>
        new(StoreErrorKind.Busy, $"{store.Properties.Url}: '{what}' was changed by others each of {MaxTries} times that it was tried: try again.");
}
