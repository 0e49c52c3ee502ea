using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>Lists come from the records, not from the names: a record's key stays the same while its context is renamed.</summary>
public sealed partial class ContextCatalog
{
    private const int MostOnAPage = 1000;

    /// <summary>All contexts, by name.</summary>
    public async Task<IReadOnlyList<ContextRecord>> ListAsync(CancellationToken cancellationToken)
    {
        IEnumerable<ContextRecord> records = await FindNamedAsync(await ListIdsAsync(cancellationToken), cancellationToken);
        return [.. records.OrderBy(record => record.Name, StringComparer.Ordinal).ThenBy(record => record.Id, StringComparer.Ordinal)];
    }

    /// <summary>Some contexts, by id: the records of a page are read, whatever the number of contexts.</summary>
    /// <param name="maxResults">1 to 1,000.</param>
    /// <param name="nextToken">From the page before; null for the first.</param>
    /// <exception cref="ContextException"><see cref="ContextError.InvalidPage"/>.</exception>
    public async Task<ContextPage> ListPageAsync(int maxResults, string? nextToken, CancellationToken cancellationToken)
    {
        if (maxResults is < 1 or > MostOnAPage || (nextToken is not null && !ContextId.IsId(nextToken)))
        {
            throw new ContextException(ContextError.InvalidPage, $"A page has 1 to {MostOnAPage} contexts and begins at a token that the page before gave, not with {maxResults} at '{nextToken}'.");
        }

        List<string> ids = await ListIdsAsync(cancellationToken);
        var contexts = new List<ContextRecord>(maxResults);
        int read = nextToken is null ? 0 : ids.FindIndex(id => string.CompareOrdinal(id, nextToken) > 0) is >= 0 and var first ? first : ids.Count;
        while (contexts.Count < maxResults && read < ids.Count)
        {
            // Again where a record turned out to be no context's.
            List<string> some = ids.GetRange(read, Math.Min(maxResults - contexts.Count, ids.Count - read));
            contexts.AddRange(await FindNamedAsync(some, cancellationToken));
            read += some.Count;
        }

        return new ContextPage(contexts, read < ids.Count ? ids[read - 1] : null, ids.Count);
    }

    /// <summary>Sees to it that a context is found by the name in its record.</summary>
    /// <returns>False: there is no such context any more, or another one has the name.</returns>
    public async Task<bool> TryGiveNameAsync(string id, CancellationToken cancellationToken) =>
        await FindNamedAsync(id, cancellationToken) is { State: not ContextRecord.Unreadable };

    private async Task<List<string>> ListIdsAsync(CancellationToken cancellationToken)
    {
        List<string> ids = [];
        await foreach (IReadOnlyList<string> keys in ListKeysAsync(CatalogKeys.Records, cancellationToken))
        {
            ids.AddRange(keys.Select(CatalogKeys.IdOfRecord).OfType<string>());
        }

        return ids;
    }

    private async Task<IEnumerable<ContextRecord>> FindNamedAsync(List<string> ids, CancellationToken cancellationToken)
    {
        var records = new ContextRecord?[ids.Count];
        await Parallel.ForAsync(
            0,
            ids.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (i, token) => records[i] = await FindNamedAsync(ids[i], token));
        return records.OfType<ContextRecord>();
    }

    /// <summary>The context of a record, if it has its name; else what is missing is put right, or the record put away.</summary>
    private async Task<ContextRecord?> FindNamedAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            string? seen = null;
            while (await ReadRecordAsync(id, cancellationToken) is { } record)
            {
                string name = record.Value.Name;
                Versioned<NameEntry>? entry = await ReadNameAsync(name, cancellationToken);
                if (entry?.Value.Id == id)
                {
                    return record.Value.ToRecord();
                }

                // Seen twice the same, so no rename was under way when the name was looked up.
                if (record.ETag == seen)
                {
                    bool isGone = await TryPutAwayAsync(record, lostItsName: entry is not null, cancellationToken);
                    return isGone || entry is not null ? null : await RetakeNameAsync(record.Value, cancellationToken);
                }

                seen = record.ETag;
            }

            return null;
        }
        catch (ContextException unreadable) when (unreadable.Error == ContextError.Corrupt)
        {
            return new ContextRecord { Id = id, Name = id, State = ContextRecord.Unreadable, CreatedAt = DateTimeOffset.UnixEpoch, Epoch = "" };
        }
    }

    private async Task<ContextRecord?> RetakeNameAsync(ContextDocument document, CancellationToken cancellationToken) =>
        await TryTakeNameAsync(document.Name, NewEntry(document.Id), PutCondition.Absent, cancellationToken) is null ? null : document.ToRecord();

    /// <summary>
    /// A record without a name goes when nothing is stored and it is what a deletion left at its last step, or, where another context has the name, an old one of a
    /// creation that lost it (where a store cannot hold create-only).
    /// </summary>
    private async Task<bool> TryPutAwayAsync(Versioned<ContextDocument> record, bool lostItsName, CancellationToken cancellationToken)
    {
        DateTimeOffset lastUse = record.Value.LastUsedAt ?? record.Value.CreatedAt;
        if (record.Value.State != ContextRecord.Deleting && !(lostItsName && time.GetUtcNow() - lastUse > Grace))
        {
            return false;
        }

        ListPage contents = await store.ListAsync(new ListRequest(record.Value.ToRecord().Prefix) { MaxKeys = 1 }, cancellationToken);
        if (contents.Objects.Count > 0)
        {
            return false;
        }

        await store.DeleteVersionAsync(CatalogKeys.Record(record.Value.Id), record.ETag, cancellationToken);
        return true;
    }
}
