namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_537)]
    [InlineData(3_000_000)]
    public async Task What_was_put_is_read(int size)
    {
        string key = NewPrefix() + "object";
        byte[] body = RandomBytes(size, size);
        var put = await Store.PutAsync(key, body, new PutOptions(), Cancel);
        Assert.Equal(body, await ReadAsync(key));
        var head = await Store.HeadAsync(key, Cancel);
        Assert.Equal((key, put.ETag, size), (head!.Key, head.ETag, head.Size));
        Assert.Equal(Md5(body), put.ETag);
    }

    [Fact]
    public async Task A_head_a_get_and_a_listing_tell_the_same()
    {
        string prefix = NewPrefix();
        _ = await PutAsync(prefix + "object", "some bytes");
        var head = await Store.HeadAsync(prefix + "object", Cancel);
        await using var got = await Store.GetAsync(prefix + "object", null, null, Cancel);
        var listed = Assert.Single((await Store.ListAsync(new ListRequest(prefix), Cancel)).Objects);
        Assert.Equal((head!.ETag, head.Size, head.LastModified), (got!.Info.ETag, got.Info.Size, got.Info.LastModified));

        // HEAD's date is in HTTP's format, in whole seconds; a listing's has milliseconds.
        Assert.Equal((head.ETag, head.Size), (listed.ETag, listed.Size));
        Assert.InRange((listed.LastModified - head.LastModified).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange((DateTimeOffset.UtcNow - head.LastModified).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        string prefix = NewPrefix();
        Assert.Null(await Store.HeadAsync(prefix + "nothing", Cancel));
        Assert.Null(await Store.GetAsync(prefix + "nothing", null, null, Cancel));
        Assert.Null(await Store.GetAsync(prefix + "nothing", new ByteRange(5), "0", Cancel));
        Assert.Null(await Store.CopyAsync(prefix + "nothing", prefix + "copy", new CopyOptions(), Cancel));
    }

    [Fact]
    public async Task A_put_replaces_bytes_and_metadata()
    {
        string key = NewPrefix() + "object";
        _ = await Store.PutAsync(key, Bytes("old and longer"), new PutOptions { Metadata = new Dictionary<string, string> { ["a"] = "1" } }, Cancel);
        _ = await PutAsync(key, "new");
        Assert.Equal("new", await ReadTextAsync(key));
        Assert.Empty((await Store.HeadAsync(key, Cancel))!.Metadata);
    }

    [Theory]
    [InlineData(0, 10L, 0, 10)]
    [InlineData(10, 20L, 10, 20)]
    [InlineData(90, null, 90, 10)]
    [InlineData(90, 1000L, 90, 10)]
    [InlineData(99, 1L, 99, 1)]
    [InlineData(100, null, 100, 0)]
    [InlineData(100, 5L, 100, 0)]
    [InlineData(1000, 5L, 100, 0)]
    [InlineData(5, 0L, 5, 0)]
    public async Task A_range_is_cut_to_the_object(long offset, long? length, int from, int count)
    {
        string key = NewPrefix() + "object";
        byte[] body = RandomBytes(100, 7);
        var put = await Store.PutAsync(key, body, new PutOptions(), Cancel);
        Assert.Equal(body[from..(from + count)], await ReadAsync(key, new ByteRange(offset, length)));
        await using var content = await Store.GetAsync(key, new ByteRange(offset, length), null, Cancel);
        Assert.Equal((100L, put.ETag), (content!.Info.Size, content.Info.ETag));
    }

    [Fact]
    public async Task A_range_of_an_empty_object_is_empty()
    {
        string key = NewPrefix() + "object";
        _ = await PutAsync(key, "");
        Assert.Empty((await ReadAsync(key, new ByteRange(0, 10)))!);
    }

    public static TheoryData<string> MetadataValues => new(
        "plain", "", " spaces at the ends ", "100%", "%41", "%", "a%2", "grüße", "日本語", "\U0001F600", "line\nline", "tab\t", "null\0", "ü%C3%BC", "quote\"", "1700000000.123456789");

    [Theory]
    [MemberData(nameof(MetadataValues))]
    public async Task Metadata_comes_back_as_it_was(string value)
    {
        string key = NewPrefix() + "object";
        var metadata = new Dictionary<string, string> { ["mode"] = "33188", ["x-value"] = value };
        _ = await Store.PutAsync(key, Bytes("x"), new PutOptions { Metadata = metadata }, Cancel);
        Assert.Equal(metadata, (await Store.HeadAsync(key, Cancel))!.Metadata);
        await using var content = await Store.GetAsync(key, null, null, Cancel);
        Assert.Equal(metadata, content!.Info.Metadata);
    }

    [Fact]
    public async Task Metadata_beyond_the_limit_is_too_large()
    {
        var options = new PutOptions { Metadata = new Dictionary<string, string> { ["x"] = new('v', Store.Properties.MaxMetadataBytes) } };
        _ = await AssertFailsAsync(StoreErrorKind.TooLarge, () => Store.PutAsync(NewPrefix() + "object", Bytes("x"), options, Cancel));
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("under_score")]
    [InlineData("")]
    [InlineData("line\nline")]
    public async Task A_metadata_name_with_other_characters_is_refused(string name)
    {
        var options = new PutOptions { Metadata = new Dictionary<string, string> { [name] = "v" } };
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => Store.PutAsync(NewPrefix() + "object", Bytes("x"), options, Cancel));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_deleting_it_again_is_no_error()
    {
        string key = NewPrefix() + "folder/object";
        _ = await PutAsync(key, "x");
        await Store.DeleteAsync(key, null, Cancel);
        Assert.Null(await Store.HeadAsync(key, Cancel));
        await Store.DeleteAsync(key, null, Cancel);
    }

    [Fact]
    public async Task Many_are_deleted_at_once()
    {
        string prefix = NewPrefix();
        string[] keys = [.. Enumerable.Range(0, 1_100).Select(i => $"{prefix}{i % 7}/<&>'\"\u00e9 {i}")];
        await Parallel.ForEachAsync(keys.Take(100), Cancel, async (key, _) => await PutAsync(key, "x"));
        _ = await PutAsync(prefix + "stays", "x");
        Assert.Empty(await Store.DeleteManyAsync(keys, Cancel));
        Assert.Equal([prefix + "stays"], await ListKeysAsync(prefix));
    }

    [Fact]
    public async Task A_get_of_another_version_fails_and_of_this_one_works()
    {
        string key = NewPrefix() + "object";
        var first = await PutAsync(key, "one");
        Assert.Equal(Bytes("one"), await ReadAsync(key, null, first.ETag));
        _ = await PutAsync(key, "two");
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => ReadAsync(key, null, first.ETag));
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => ReadAsync(key, new ByteRange(1, 1), first.ETag));
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.HeadAsync("x", cancelled.Token));
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync("x", Bytes("x"), new PutOptions(), cancelled.Token));
    }
}
