namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    private static readonly Dictionary<string, string> Some = new() { ["mode"] = "33188", ["name"] = "grün" };
    private static readonly Dictionary<string, string> Other = new() { ["mode"] = "33206" };

    [Fact]
    public async Task A_copy_has_the_bytes_and_the_metadata()
    {
        string prefix = NewPrefix();
        var put = await Store.PutAsync(prefix + "a b/ü", Bytes("bytes"), new PutOptions { Metadata = Some }, Cancel);
        var copy = await Store.CopyAsync(prefix + "a b/ü", prefix + "copy", new CopyOptions(), Cancel);
        Assert.Equal(put.ETag, copy!.ETag);
        Assert.Equal("bytes", await ReadTextAsync(prefix + "copy"));
        Assert.Equal(Some, (await Store.HeadAsync(prefix + "copy", Cancel))!.Metadata);
        Assert.Equal("bytes", await ReadTextAsync(prefix + "a b/ü"));
    }

    [Fact]
    public async Task A_copy_may_have_other_metadata()
    {
        string prefix = NewPrefix();
        _ = await Store.PutAsync(prefix + "a", Bytes("bytes"), new PutOptions { Metadata = Some }, Cancel);
        _ = await Store.CopyAsync(prefix + "a", prefix + "b", new CopyOptions { Metadata = Other }, Cancel);
        Assert.Equal(Other, (await Store.HeadAsync(prefix + "b", Cancel))!.Metadata);
        Assert.Equal(Some, (await Store.HeadAsync(prefix + "a", Cancel))!.Metadata);
    }

    [Fact]
    public async Task A_copy_onto_itself_replaces_the_metadata()
    {
        string key = NewPrefix() + "object";
        _ = await Store.PutAsync(key, Bytes("bytes"), new PutOptions { Metadata = Some }, Cancel);
        var copy = await Store.CopyAsync(key, key, new CopyOptions { Metadata = Other }, Cancel);
        var head = await Store.HeadAsync(key, Cancel);
        Assert.Equal((copy!.ETag, 5L), (head!.ETag, head.Size));
        Assert.Equal(Other, head.Metadata);
        Assert.Equal("bytes", await ReadTextAsync(key));
    }

    [Fact]
    public async Task A_copy_of_another_version_fails()
    {
        string prefix = NewPrefix();
        var one = await PutAsync(prefix + "a", "one");
        var two = await PutAsync(prefix + "a", "two");
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => Store.CopyAsync(prefix + "a", prefix + "b", new CopyOptions { SourceIfMatch = one.ETag }, Cancel));
        Assert.Null(await Store.HeadAsync(prefix + "b", Cancel));
        Assert.NotNull(await Store.CopyAsync(prefix + "a", prefix + "b", new CopyOptions { SourceIfMatch = two.ETag }, Cancel));
    }

    [Fact]
    public async Task A_copy_holds_the_conditions_of_its_target()
    {
        string prefix = NewPrefix();
        _ = await PutAsync(prefix + "a", "a");
        var b = await PutAsync(prefix + "b", "b");
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => Store.CopyAsync(prefix + "a", prefix + "b", new CopyOptions { Condition = PutCondition.Absent }, Cancel));
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => Store.CopyAsync(prefix + "a", prefix + "c", new CopyOptions { Condition = PutCondition.Match(b.ETag) }, Cancel));
        Assert.Equal("b", await ReadTextAsync(prefix + "b"));
        _ = await Store.CopyAsync(prefix + "a", prefix + "b", new CopyOptions { Condition = PutCondition.Match(b.ETag) }, Cancel);
        Assert.Equal("a", await ReadTextAsync(prefix + "b"));
    }
}
