namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    /// <summary>The rules are the store's, so tests that set them come one after the other, and each has an owner of its own.</summary>
    private static string NewOwner() => "test-" + Guid.NewGuid().ToString("N") + "-";

    [Fact]
    public async Task Expiry_rules_are_replaced_by_owner_and_others_stay()
    {
        string owner = NewOwner(), other = NewOwner();
        ExpiryRule a = new(owner + "a", "contexts/grün & \"<x>/", 1), b = new(owner + "b", "contexts/b", 360), c = new(other + "c", "", 3_650);
        await Store.SetExpiryRulesAsync(other, [c], Cancel);
        await Store.SetExpiryRulesAsync(owner, [a, b], Cancel);
        Assert.Equal([a, b, c], await RulesOfAsync(owner, other));
        await Store.SetExpiryRulesAsync(owner, [b with { Days = 30 }], Cancel);
        Assert.Equal([b with { Days = 30 }, c], await RulesOfAsync(owner, other));
        await Store.SetExpiryRulesAsync(owner, [], Cancel);
        Assert.Equal([c], await RulesOfAsync(owner, other));
        await Store.SetExpiryRulesAsync(other, [], Cancel);
        Assert.Empty(await RulesOfAsync(owner, other));
    }

    [Fact]
    public async Task A_wrong_expiry_rule_is_refused()
    {
        string owner = NewOwner();
        foreach (var wrong in new ExpiryRule[] { new("not-" + owner, "a", 1), new(owner + "ü", "a", 1), new(owner + new string('x', 300), "a", 1), new(owner, "a", 0), new(owner, "a", -1) })
        {
            _ = await AssertFailsAsync(StoreErrorKind.Refused, () => Store.SetExpiryRulesAsync(owner, [wrong], Cancel));
        }

        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => Store.SetExpiryRulesAsync(owner, [new(owner, "a", 1), new(owner, "b", 1)], Cancel));
    }

    private async Task<ExpiryRule[]> RulesOfAsync(params string[] owners) =>
        [.. (await Store.GetExpiryRulesAsync(Cancel)).Where(r => owners.Any(o => r.Id.StartsWith(o, StringComparison.Ordinal))).OrderBy(r => r.Id[^1])];
}
