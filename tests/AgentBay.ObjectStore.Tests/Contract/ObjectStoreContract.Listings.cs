namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    // '!' sorts before '/', '0' behind it; U+E000 sorts before an astral character in UTF-8 and behind it in UTF-16.
    private static readonly string[] Order =
        ["A", "a", "a!", "a!/x", "a/", "a/b", "a/b!", "a/b/c", "a/b0", "a0", "aa", "b/c/d", "b/c/e", "b0", "é", "\uE000", "\U0001F600"];

    [Fact]
    public async Task A_listing_is_in_the_order_of_UTF8_bytes()
    {
        string prefix = NewPrefix();
        await Task.WhenAll(Order.Reverse().Select(key => PutAsync(prefix + key, key)));
        Assert.Equal(Order.Order(Comparer<string>.Create(CompareBytes)), Order);
        Assert.Equal(Order.Select(k => prefix + k), await ListKeysAsync(prefix));
    }

    public static IEnumerable<TheoryDataRow<string, string?>> Listings =>
        from prefix in new[] { "", "a", "a/", "a/b", "a/b/", "b", "b/c", "b/c/", "z", "a!", "é", "/" }
        from delimiter in new[] { null, "/", "b", "!/" }
        select new TheoryDataRow<string, string?>(prefix, delimiter);

    [Theory]
    [MemberData(nameof(Listings))]
    public async Task A_listing_is_the_same_in_pages_of_any_size(string below, string? delimiter)
    {
        string prefix = NewPrefix();
        await Task.WhenAll(Order.Select(key => PutAsync(prefix + key, key)));
        foreach (int maxKeys in new[] { 1, 2, 3, 1000 })
        {
            var listed = await ListKeysAsync(prefix + below, delimiter, maxKeys);
            Assert.Equal(Expected(below, delimiter).Select(k => prefix + k), listed.Order(Comparer<string>.Create(CompareBytes)));
        }
    }

    [Fact]
    public async Task A_page_has_objects_and_prefixes_apart_each_in_order()
    {
        string prefix = NewPrefix();
        await Task.WhenAll(Order.Select(key => PutAsync(prefix + key, key)));
        var page = await Store.ListAsync(new ListRequest(prefix) { Delimiter = "/" }, Cancel);
        Assert.Equal(["A", "a", "a!", "a0", "aa", "b0", "é", "\uE000", "\U0001F600"], page.Objects.Select(o => o.Key[prefix.Length..]));
        Assert.Equal(["a!/", "a/", "b/"], page.Prefixes.Select(p => p[prefix.Length..]));
        Assert.Null(page.NextToken);
    }

    /// <summary>Less where a layer is under test whose store below has listed them.</summary>
    protected virtual int ManyKeys => 10_000;

    [Fact]
    public async Task Ten_thousand_keys_come_in_pages_with_and_without_a_delimiter()
    {
        string prefix = NewPrefix();
        string[] keys = [.. Enumerable.Range(0, ManyKeys).Select(i => i % 2 == 0 ? $"{prefix}flat {i:d5}" : $"{prefix}folder {i % 50:d2}/{i:d5}").Order(StringComparer.Ordinal)];
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancel }, async (key, _) => await PutAsync(key, ""));
        Assert.Equal(keys, await ListKeysAsync(prefix));
        Assert.Equal(keys, await ListKeysAsync(prefix, null, 999));
        string[] level = [.. keys.Select(k => k.LastIndexOf('/') is var slash && slash >= prefix.Length ? k[..(slash + 1)] : k).Distinct()];
        Assert.Equal(level, (await ListKeysAsync(prefix, "/", 333)).Order(StringComparer.Ordinal));
        Assert.Empty(await Store.DeleteManyAsync(keys, Cancel));
        Assert.Empty(await ListKeysAsync(prefix));
    }

    [Fact]
    public async Task A_put_between_two_pages_is_on_the_next_one()
    {
        string prefix = NewPrefix();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => PutAsync($"{prefix}{i}", "x")));
        var first = await Store.ListAsync(new ListRequest(prefix) { MaxKeys = 5 }, Cancel);
        _ = await PutAsync(prefix + "7b", "x");
        await Store.DeleteAsync(prefix + "8", null, Cancel);
        var second = await Store.ListAsync(new ListRequest(prefix) { ContinuationToken = first.NextToken }, Cancel);
        Assert.Equal(["5", "6", "7", "7b", "9"], second.Objects.Select(o => o.Key[prefix.Length..]));
    }

    private static IEnumerable<string> Expected(string below, string? delimiter) => Order
        .Where(k => k.StartsWith(below, StringComparison.Ordinal))
        .Select(k => delimiter != null && k.IndexOf(delimiter, below.Length, StringComparison.Ordinal) is var at and >= 0 ? k[..(at + delimiter.Length)] : k)
        .Distinct()
        .Order(Comparer<string>.Create(CompareBytes));
}
