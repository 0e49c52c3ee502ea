using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>Records and name entries as objects of the store.</summary>
public sealed partial class ContextCatalog
{
    private const int MaxObjectSize = 1 << 20;
    private const int NonceBytes = 16;

    private Task<Versioned<NameEntry>?> ReadNameAsync(string name, CancellationToken cancellationToken) =>
        ReadAsync(CatalogKeys.Name(name), ContextJson.Default.NameEntry, entry => ContextId.IsId(entry.Id), cancellationToken);

    private Task<Versioned<ContextDocument>?> ReadRecordAsync(string id, CancellationToken cancellationToken) =>
        ReadAsync(CatalogKeys.Record(id), ContextJson.Default.ContextDocument, document => document.Id == id && document.Name.Length > 0, cancellationToken);

    private async Task<Versioned<T>?> ReadAsync<T>(string key, JsonTypeInfo<T> type, Predicate<T> isSound, CancellationToken cancellationToken)
    {
        await using ObjectContent? content = await store.GetAsync(key, range: null, ifMatch: null, cancellationToken);
        if (content is null)
        {
            return null;
        }

        JsonException? broken = null;
        try
        {
            if (content.Info.Size <= MaxObjectSize && await JsonSerializer.DeserializeAsync(content.Body, type, cancellationToken) is { } value && isSound(value))
            {
                return new Versioned<T>(value, content.Info.ETag, content.Info.LastModified);
            }
        }
        catch (JsonException e)
        {
            broken = e;
        }

        throw new ContextException(
            ContextError.Corrupt,
            $"The object '{key}' in {store.Properties.Url} is not what AgentBay wrote there: restore an earlier version of it. The context's files are untouched.",
            broken);
    }

    private async Task<PutResult> WriteAsync<T>(string key, T value, JsonTypeInfo<T> type, PutCondition condition, CancellationToken cancellationToken) =>
        await store.PutAsync(
            key,
            JsonSerializer.SerializeToUtf8Bytes(value, type),
            new PutOptions { ContentType = "application/json", Condition = condition },
            cancellationToken);

    /// <returns>Null when the condition does not hold.</returns>
    private async Task<Versioned<NameEntry>?> TryTakeNameAsync(string name, NameEntry entry, PutCondition condition, CancellationToken cancellationToken)
    {
        try
        {
            PutResult written = await WriteAsync(CatalogKeys.Name(name), entry, ContextJson.Default.NameEntry, condition, cancellationToken);
            if (store.Properties.ConditionalCreate)
            {
                return new Versioned<NameEntry>(entry, written.ETag, time.GetUtcNow());
            }
        }
        catch (StoreException taken) when (taken.Kind == StoreErrorKind.PreconditionFailed)
        {
            // Perhaps by ourselves: an answer was lost and the call was made again.
        }

        Versioned<NameEntry>? stands = await ReadNameAsync(name, cancellationToken);
        return stands?.Value == entry ? stands : null;
    }

    /// <returns>The record that stands, whoever has written it.</returns>
    private async Task<ContextDocument> CreateRecordAsync(string id, string name, CancellationToken cancellationToken)
    {
        var document = new ContextDocument { Id = id, Name = name, CreatedAt = time.GetUtcNow(), Epoch = NewNonce() };
        try
        {
            _ = await WriteAsync(CatalogKeys.Record(id), document, ContextJson.Default.ContextDocument, PutCondition.Absent, cancellationToken);
            return document;
        }
        catch (StoreException exists) when (exists.Kind == StoreErrorKind.PreconditionFailed)
        {
            return (await ReadRecordAsync(id, cancellationToken))?.Value ?? throw Contended(name);
        }
    }

    /// <summary>Changes a record as it stands, members of later versions included.</summary>
    /// <returns>Null when there is none.</returns>
    private async Task<ContextDocument?> UpdateRecordAsync(string id, Func<ContextDocument, ContextDocument> change, CancellationToken cancellationToken)
    {
        for (int tries = 0; tries < MaxTries; tries++)
        {
            if (await ReadRecordAsync(id, cancellationToken) is not { } record)
            {
                return null;
            }

            ContextDocument changed = change(record.Value);
            if (ReferenceEquals(changed, record.Value))
            {
                return changed;
            }

            try
            {
                _ = await WriteAsync(CatalogKeys.Record(id), changed, ContextJson.Default.ContextDocument, PutCondition.Match(record.ETag), cancellationToken);
                return changed;
            }
            catch (StoreException changedMeanwhile) when (changedMeanwhile.Kind == StoreErrorKind.PreconditionFailed)
            {
                // Read it again.
            }
        }

        throw Contended(id);
    }

    private Task ReleaseAsync(string name, Versioned<NameEntry> entry, CancellationToken cancellationToken) =>
        store.DeleteVersionAsync(CatalogKeys.Name(name), entry.ETag, cancellationToken);

    /// <summary>Gives a name back if this context's entry is still there.</summary>
    private async Task ReleaseAsync(string name, string id, CancellationToken cancellationToken)
    {
        if (await ReadNameAsync(name, cancellationToken) is { } entry && entry.Value.Id == id)
        {
            await ReleaseAsync(name, entry, cancellationToken);
        }
    }

    /// <summary>By pages.</summary>
    private IAsyncEnumerable<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListPagesAsync(new ListRequest(prefix), cancellationToken).Select(IReadOnlyList<string> (page) => [.. page.Objects.Select(info => info.Key)]);

    private static NameEntry NewEntry(string id, string? from = null) => new(id, NewNonce(), from);

    private static string NewNonce() => RandomNumberGenerator.GetHexString(2 * NonceBytes, lowercase: true);

    private sealed record Versioned<T>(T Value, string ETag, DateTimeOffset LastModified);
}
