using System.Text;

namespace AgentBay.ObjectStore.Embedded;

/// <summary>An expired object is absent for every call from the moment of its deadline; whoever meets it removes it.</summary>
public sealed partial class EmbeddedStore
{
    public Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken) => threads.RunAsync(() => expiry.Rules, cancellationToken);

    public async Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken)
    {
        ExpiryRuleCheck.Check(ownerPrefix, rules, Properties);

        // What has expired under a rule must not come back when the rule goes: listing removes it.
        foreach (var old in (await GetExpiryRulesAsync(cancellationToken).ConfigureAwait(false)).Where(r => r.Id.StartsWith(ownerPrefix, StringComparison.Ordinal) && !rules.Contains(r)))
        {
            _ = await this.ListPagesAsync(new ListRequest(old.Prefix), cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
        }

        _ = await threads.RunAsync(
            () =>
            {
                expiry.Replace(ownerPrefix, rules);
                return true;
            }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The key's file unless it has expired. Not under the key's lock. The caller disposes it.</summary>
    internal StoredFile? FindLive(KeyPlaces places)
    {
        var file = Find(places).File;
        if (file == null || !HasExpired(places, file))
        {
            return file;
        }

        file.Dispose();
        RemoveExpired(places);
        return null;
    }

    private bool HasExpired(KeyPlaces places, StoredFile file)
    {
        var deadlines = expiry.For(places.Key);
        return !deadlines.None && deadlines.HavePassed(Encoding.UTF8.GetBytes(places.Key), file.Record.Modified, NowNs());
    }

    private void RemoveExpired(KeyPlaces places)
    {
        try
        {
            Delete(places, current => HasExpired(places, current));
        }
        catch (StoreException e) when (e.Kind is StoreErrorKind.AccessDenied or StoreErrorKind.TooLarge)
        {
            // A directory that cannot be written: it is absent for every call nevertheless.
        }
    }
}
