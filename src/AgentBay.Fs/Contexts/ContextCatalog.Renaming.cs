using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>
/// A rename takes the new name, then writes the record (from here on it has happened, for every reader), then gives the old name back.
/// Cut short after the first step, it is finished by whoever asks for the new name next; after the second, an entry without effect stays.
/// </summary>
public sealed partial class ContextCatalog
{
    /// <summary>Gives a context another name; its id, and so its objects, stay where they are.</summary>
    /// <exception cref="ContextException"><see cref="ContextError.InvalidName"/>, <see cref="ContextError.NameTaken"/>,
    /// <see cref="ContextError.NotFound"/>, <see cref="ContextError.BeingDeleted"/> or <see cref="ContextError.Corrupt"/>.</exception>
    public async Task<ContextRecord> RenameAsync(ContextRecord context, string newName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ContextName.Validate(newName);
        ContextDocument document = (await ReadRecordAsync(context.Id, cancellationToken))?.Value ?? throw NotFound(context);
        RefuseDeleting(document);
        if (document.Name == newName)
        {
            return document.ToRecord();
        }

        for (int tries = 0; tries < MaxTries; tries++)
        {
            NameEntry wanted = NewEntry(context.Id, from: document.Name);
            PutCondition condition = await ReadNameAsync(newName, cancellationToken) is not { } holder ? PutCondition.Absent
                : holder.Value.Id == context.Id || (await FindHolderAsync(newName, holder, cancellationToken)) is null ? PutCondition.Match(holder.ETag)
                : throw new ContextException(ContextError.NameTaken, $"There is another context '{newName}' ({holder.Value.Id}) in {store.Properties.Url}: choose a name that is free.");
            if (await TryTakeNameAsync(newName, wanted, condition, cancellationToken) is not { } entry)
            {
                continue;
            }

            document = await CommitRenameAsync(entry, newName, cancellationToken)
                ?? throw new ContextException(ContextError.NotFound, $"Context {context.Id} was deleted while it was renamed to '{newName}'.");
            if (document.Name == newName)
            {
                return document.ToRecord();
            }

            await ReleaseAsync(newName, entry, cancellationToken); // Another rename came first: this one goes from there.
        }

        throw Contended(newName);
    }

    /// <returns>The record that stands; it has another name when the context was renamed otherwise. Null when it is, or is being, deleted: the name is given back.</returns>
    private async Task<ContextDocument?> CommitRenameAsync(Versioned<NameEntry> entry, string newName, CancellationToken cancellationToken)
    {
        string id = entry.Value.Id;
        ContextDocument? document = await UpdateRecordAsync(
            id,
            document => document.Name == entry.Value.From && document.State != ContextRecord.Deleting ? document with { Name = newName } : document,
            cancellationToken);
        if (document is null || document.State == ContextRecord.Deleting)
        {
            await ReleaseAsync(newName, entry, cancellationToken);
            return null;
        }

        if (document.Name == newName && entry.Value.From is { } oldName)
        {
            await ReleaseAsync(oldName, id, cancellationToken);
        }

        return document;
    }
}
