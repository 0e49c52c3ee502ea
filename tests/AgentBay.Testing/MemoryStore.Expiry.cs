using AgentBay.ObjectStore;

namespace AgentBay.Testing;

public sealed partial class MemoryStore
{
    private readonly List<ExpiryRule> rules = [];

    public Task<IReadOnlyList<ExpiryRule>> GetExpiryRulesAsync(CancellationToken cancellationToken) =>
        Run(() => (IReadOnlyList<ExpiryRule>)[.. rules.Where(r => !r.OfUploads)], cancellationToken);

    public Task SetExpiryRulesAsync(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, CancellationToken cancellationToken) => Run(() =>
    {
        ExpiryRuleCheck.Check(ownerPrefix, rules, Properties);
        RemoveExpired();
        _ = this.rules.RemoveAll(r => r.Id.StartsWith(ownerPrefix, StringComparison.Ordinal));
        this.rules.AddRange(rules);
        return true;
    }, cancellationToken);

    private void RemoveExpired()
    {
        if (rules.Count == 0)
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        _ = uploads.RemoveAll(u => rules.Exists(r => r.OfUploads && u.Key.StartsWith(r.Prefix, StringComparison.Ordinal) && u.Begun.AddDays(r.Days) <= now));
        foreach (string key in keys.Where(k => rules.Exists(r => !r.OfUploads && k.StartsWith(r.Prefix, StringComparison.Ordinal) && objects[k].Info.LastModified.AddDays(r.Days) <= now)).ToList())
        {
            Remove(key);
        }
    }
}
