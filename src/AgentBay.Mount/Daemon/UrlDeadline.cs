using System.Globalization;
using System.Text;
using AgentBay.ObjectStore;

namespace AgentBay.Mount.Daemon;

/// <summary>Until when somebody holds URLs of a store that a process of ours has to answer: an object of the store, so that every process finds it.</summary>
internal static class UrlDeadline
{
    private const string Key = ".agentbay/urls-until";
    private const int MaxTries = 20;
    private const int MaxLength = 64;

    /// <summary>To be called before a URL is signed: so the process that answers it now sees it before it ends.</summary>
    internal static async Task ExtendAsync(IObjectStore store, DateTimeOffset until, CancellationToken cancellationToken)
    {
        byte[] text = Encoding.ASCII.GetBytes(until.ToString("O", CultureInfo.InvariantCulture));
        for (int tries = 0; tries < MaxTries; tries++)
        {
            (DateTimeOffset? stands, string? etag) = await ReadVersionAsync(store, cancellationToken);
            if (stands >= until)
            {
                return;
            }

            try
            {
                _ = await store.PutAsync(Key, text, new PutOptions { Condition = etag is null ? PutCondition.Absent : PutCondition.Match(etag) }, cancellationToken);
                return;
            }
            catch (StoreException changed) when (changed.Kind == StoreErrorKind.PreconditionFailed)
            {
                // By another command: perhaps it says as much.
            }
        }

        throw CommandException.Failed("Too many commands ask for URLs at once: try again.");
    }

    internal static async Task<DateTimeOffset?> ReadAsync(IObjectStore store, CancellationToken cancellationToken) => (await ReadVersionAsync(store, cancellationToken)).Until;

    private static async Task<(DateTimeOffset? Until, string? ETag)> ReadVersionAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        await using ObjectContent? content = await store.GetAsync(Key, new ByteRange(0, MaxLength), ifMatch: null, cancellationToken);
        if (content is null)
        {
            return (null, null);
        }

        using var reader = new StreamReader(content.Body, Encoding.ASCII);
        string text = await reader.ReadToEndAsync(cancellationToken);
        return (DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset until) ? until : null, content.Info.ETag);
    }
}
