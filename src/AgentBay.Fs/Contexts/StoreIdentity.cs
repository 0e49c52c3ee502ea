using System.Security.Cryptography;
using System.Text.Json;
using AgentBay.ObjectStore;

namespace AgentBay.Fs.Contexts;

/// <summary>
/// A store's own id, in <c>.agentbay/store.json</c>: made once, create-only. A mirror remembers it, so that another store behind the same URL
/// (a bucket made anew, another account, another disk mounted there) is not taken for one that lost its objects.
/// </summary>
public sealed class StoreIdentity(IObjectStore store, TimeProvider time)
{
    public const string Key = ".agentbay/store.json";

    private const int IdBytes = 16;
    private const int LargestDocument = 1 << 16;

    /// <returns>Null when the store has none yet.</returns>
    /// <exception cref="ContextException">The object is there and is no store's document.</exception>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        await using ObjectContent? content = await store.GetAsync(Key, range: null, ifMatch: null, cancellationToken);
        if (content is null)
        {
            return null;
        }

        try
        {
            if (content.Info.Size <= LargestDocument && await JsonSerializer.DeserializeAsync(content.Body, StoreJson.Default.StoreDocument, cancellationToken) is { Id.Length: > 0 } document)
            {
                return document.Id;
            }
        }
        catch (JsonException broken)
        {
            throw Corrupt(broken);
        }

        throw Corrupt(null);
    }

    public async Task<string> FindOrCreateAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) ?? await CreateAsync(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)), cancellationToken);

    /// <returns>The id that stands, whoever has written it.</returns>
    public async Task<string> CreateAsync(string id, CancellationToken cancellationToken)
    {
        var options = new PutOptions { ContentType = "application/json", Condition = PutCondition.Absent };
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(new StoreDocument(id, time.GetUtcNow()), StoreJson.Default.StoreDocument);
        try
        {
            _ = await store.PutAsync(Key, document, options, cancellationToken);
        }
        catch (StoreException taken) when (taken.Kind == StoreErrorKind.PreconditionFailed)
        {
            // By another mount, or by ourselves and the answer was lost.
        }

        // Read back in any case: where a store cannot hold create-only under a race, the last one stands.
        return await FindAsync(cancellationToken) ?? throw new StoreException(StoreErrorKind.Busy, $"{store.Properties.Url}: {Key} was deleted while it was made: try again.");
    }

    private ContextException Corrupt(JsonException? broken) => new(
        ContextError.Corrupt, $"The object '{Key}' in {store.Properties.Url} is not what AgentBay wrote there: restore an earlier version of it. No file is touched.", broken);
}
