namespace AgentBay.ObjectStore;

/// <summary>What <see cref="ExpiryRule"/> promises, checked in one place for every store.</summary>
internal static class ExpiryRuleCheck
{
    private const int MaxId = 255;
    private const int MaxDays = 36_500;

    /// <exception cref="StoreException"><see cref="StoreErrorKind.Refused"/>.</exception>
    internal static void Check(string ownerPrefix, IReadOnlyList<ExpiryRule> rules, StoreProperties properties)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            string? wrong =
                !rule.Id.StartsWith(ownerPrefix, StringComparison.Ordinal) ? $"does not begin with {StoreKey.Show(ownerPrefix)}, so nobody could replace it"
                : rule.Id.Length is 0 or > MaxId || !rule.Id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? "may have 1 to 255 letters, digits and -_."
                : !ids.Add(rule.Id) ? "comes twice"
                : rule.OfUploads && properties.ListsUploads ? "is one of uploads, which this store lists so that they can be aborted"
                : rule.Days is < 1 or > MaxDays ? $"has {rule.Days} days; 1 to {MaxDays} can be"
                : null;
            if (wrong != null)
            {
                throw new StoreException(StoreErrorKind.Refused, $"The expiry rule's id {StoreKey.Show(rule.Id)} {wrong}.");
            }
        }
    }
}
