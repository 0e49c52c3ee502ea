namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    public static IEnumerable<TheoryDataRow<string, string>> OddKeys =>
    [
        new("space", "a b"), new("leading space", " a"), new("newline", "a\nb"), new("control characters", "a\u0001\u001f\u007f"),
        new("tab and return", "a\t\r\n"), new("two slashes", "a//b"), new("only slashes", "//"), new("trailing slash", "a/"), new("two trailing slashes", "a//"),
        new("dot", "."), new("dot dot", ".."), new("dot dot slash", "../x"), new("dot segments", "a/../../b/./c"), new("percent", "100%"), new("escapes", "%41%2F%00"),
        new("our marks", "%=a/%+b/%~c"), new("hidden folder", ".agentbay-store/tmp/x"), new("hidden name", ".agentbay-store"),
        new("plus and question", "a+b?c=d&e#f"), new("quotes", "\"'`<>\\"), new("accents", "é"), new("combining", "e\u0301"), new("CJK", "日本語/ファイル"), new("emoji", "\U0001F600/\U0001F468\u200D\U0001F469"),
        new("byte order mark", "\uFEFFa"), new("private use", "\uE000"), new("line separator", "a\u2028b"), new("star", "a*[x]{y}~!@$^(),;:|"),
        new("segment of 255 bytes", new string('a', 255)), new("segment of 256 bytes", new string('b', 256)), new("segment of 900 bytes", new string('ü', 450)),
        new("percent, long", new string('%', 300)), new("deep", string.Concat(Enumerable.Repeat("d/", 300)) + "x"),
    ];

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task An_odd_key_is_a_key_like_any_other(string name, string odd)
    {
        _ = name;
        string prefix = NewPrefix();
        string key = prefix + odd;
        _ = await Store.PutAsync(key, Bytes("body of " + odd), new PutOptions { Metadata = Some }, Cancel);
        Assert.Equal("body of " + odd, await ReadTextAsync(key));
        Assert.Equal([key], await ListKeysAsync(prefix));
        Assert.Equal([key], await ListKeysAsync(key));
        int slash = odd.IndexOf('/', StringComparison.Ordinal);
        Assert.Equal([slash < 0 ? key : prefix + odd[..(slash + 1)]], await ListKeysAsync(prefix, "/"));
        _ = await Store.CopyAsync(key, prefix + "copy", new CopyOptions { SourceIfMatch = (await Store.HeadAsync(key, Cancel))!.ETag }, Cancel);
        Assert.Equal("body of " + odd, await ReadTextAsync(prefix + "copy"));
        await Store.DeleteAsync(key, null, Cancel);
        Assert.Equal([prefix + "copy"], await ListKeysAsync(prefix));
        _ = await PutAsync(key, "again");
        Assert.Empty(await Store.DeleteManyAsync([key], Cancel));
        Assert.Null(await Store.HeadAsync(key, Cancel));
    }

    [Fact]
    public async Task Every_ASCII_character_and_the_odd_ones_of_Unicode_can_be_anywhere_in_a_key()
    {
        string prefix = NewPrefix();
        IEnumerable<string> odd = Enumerable.Range(1, 0x7f).Select(c => ((char)c).ToString())
            .Concat(["\u0085", "\u00a0", "\u00ad", "\u200b", "\u202e", "\u2028", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\U0010ffff"]);
        string[] keys = [.. odd.SelectMany(c => new[] { $"{prefix}{c}", $"{prefix}x{c}y", $"{prefix}z{c}" }).Order(Comparer<string>.Create(CompareBytes))];
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (key, _) => await PutAsync(key, key));
        Assert.Equal(keys, await ListKeysAsync(prefix));
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (key, _) => Assert.Equal(key, await ReadTextAsync(key)));
        Assert.Empty(await Store.DeleteManyAsync(keys, Cancel));
        Assert.Empty(await ListKeysAsync(prefix));
    }

    [Fact]
    public async Task A_key_as_long_as_the_store_takes_is_a_key_and_a_longer_one_is_refused()
    {
        string prefix = NewPrefix();
        string key = prefix + string.Join('/', Enumerable.Repeat(new string('k', 100), 10));
        int max = Store.Properties.MaxKeyBytes;
        key = key.PadRight(max, 'z')[..max];
        _ = await PutAsync(key, "x");
        Assert.Equal([key], await ListKeysAsync(prefix));
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => PutAsync(key + "z", "x"));
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => PutAsync("", "x"));
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => PutAsync(prefix + "\uD800", "x"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_may_be_a_folder_too(bool folderFirst)
    {
        string prefix = NewPrefix();
        string[] keys = [prefix + "a", prefix + "a/", prefix + "a/b", prefix + "a/b/c", prefix + "a/b/c/d"];
        foreach (string key in folderFirst ? keys.Reverse() : keys)
        {
            _ = await Store.PutAsync(key, Bytes(key), new PutOptions { Metadata = Some }, Cancel);
        }

        foreach (string key in keys)
        {
            Assert.Equal(key, await ReadTextAsync(key));
            Assert.Equal(Some, (await Store.HeadAsync(key, Cancel))!.Metadata);
        }

        Assert.Equal(keys, await ListKeysAsync(prefix));
        Assert.Equal([prefix + "a", prefix + "a/"], await ListKeysAsync(prefix, "/"));
        Assert.Equal([prefix + "a/", prefix + "a/b", prefix + "a/b/"], await ListKeysAsync(prefix + "a/", "/"));
        foreach (string key in keys)
        {
            await Store.DeleteAsync(key, null, Cancel);
            Assert.Null(await Store.HeadAsync(key, Cancel));
        }

        Assert.Empty(await ListKeysAsync(prefix));
    }

    [Fact]
    public async Task Keys_that_are_folders_of_each_other_may_come_at_once()
    {
        string prefix = NewPrefix();
        string[] keys = [.. Enumerable.Range(1, 6).Select(n => prefix + string.Join('/', Enumerable.Repeat("a", n)))];
        for (int round = 0; round < 5; round++)
        {
            await Task.WhenAll(keys.Select(key => PutAsync(key, key)));
            Assert.Equal(keys, await ListKeysAsync(prefix));
            await Task.WhenAll(keys.Select(key => Store.DeleteAsync(key, null, Cancel)));
            Assert.Empty(await ListKeysAsync(prefix));
        }
    }
}
