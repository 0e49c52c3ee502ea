namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    [Fact]
    public async Task Parts_out_of_order_make_the_object()
    {
        string key = NewPrefix() + "ü/object";
        byte[] body = RandomBytes(12 * MiB, 1);
        await using var upload = await Store.BeginMultipartAsync(key, new PutOptions { Metadata = Some }, Cancel);
        await Task.WhenAll(
            upload.UploadPartAsync(3, body.AsMemory(10 * MiB), Cancel),
            upload.UploadPartAsync(1, body.AsMemory(0, 5 * MiB), Cancel),
            upload.UploadPartAsync(2, body.AsMemory(5 * MiB, 5 * MiB), Cancel));
        Assert.Null(await Store.HeadAsync(key, Cancel));
        var done = await upload.CompleteAsync(Cancel);
        Assert.Equal(body, await ReadAsync(key));
        var head = await Store.HeadAsync(key, Cancel);
        Assert.Equal((done.ETag, body.Length), (head!.ETag, head.Size));
        Assert.Equal("33188", head.Metadata["mode"]);
        Assert.Equal("grün", head.Metadata["name"]);
    }

    [Fact]
    public async Task A_part_may_come_again_and_parts_may_differ_in_size()
    {
        string key = NewPrefix() + "object";
        byte[] body = RandomBytes(18 * MiB, 2);
        await using var upload = await Store.BeginMultipartAsync(key, new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, RandomBytes(7 * MiB, 3), Cancel);
        await upload.UploadPartAsync(3, body.AsMemory(17 * MiB), Cancel);
        await upload.UploadPartAsync(2, body.AsMemory(6 * MiB, 11 * MiB), Cancel);
        await upload.UploadPartAsync(1, body.AsMemory(0, 6 * MiB), Cancel);
        _ = await upload.CompleteAsync(Cancel);
        Assert.Equal(body, await ReadAsync(key));
    }

    [Fact]
    public async Task One_small_part_is_enough()
    {
        string key = NewPrefix() + "object";
        await using var upload = await Store.BeginMultipartAsync(key, new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, Bytes("small"), Cancel);
        _ = await upload.CompleteAsync(Cancel);
        Assert.Equal("small", await ReadTextAsync(key));
    }

    [Fact]
    public async Task A_small_part_before_the_last_is_refused()
    {
        string key = NewPrefix() + "object";
        await using var upload = await Store.BeginMultipartAsync(key, new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, Bytes("small"), Cancel);
        await upload.UploadPartAsync(2, Bytes("last"), Cancel);
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => upload.CompleteAsync(Cancel));
        Assert.Null(await Store.HeadAsync(key, Cancel));
    }

    [Fact]
    public async Task Parts_with_a_gap_are_refused()
    {
        await using var upload = await Store.BeginMultipartAsync(NewPrefix() + "object", new PutOptions(), Cancel);
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => upload.CompleteAsync(Cancel));
        await upload.UploadPartAsync(2, RandomBytes(5 * MiB, 1), Cancel);
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => upload.CompleteAsync(Cancel));
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => upload.UploadPartAsync(0, Bytes("x"), Cancel));
    }

    [Fact]
    public async Task An_upload_that_is_disposed_leaves_nothing()
    {
        string key = NewPrefix() + "object";
        var upload = await Store.BeginMultipartAsync(key, new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, Bytes("small"), Cancel);
        await upload.DisposeAsync();
        Assert.Null(await Store.HeadAsync(key, Cancel));
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => upload.CompleteAsync(Cancel));
    }

    [Fact]
    public async Task A_create_only_upload_does_not_replace()
    {
        string key = NewPrefix() + "object";
        await using var upload = await Store.BeginMultipartAsync(key, new PutOptions { Condition = PutCondition.Absent }, Cancel);
        await upload.UploadPartAsync(1, Bytes("upload"), Cancel);
        _ = await PutAsync(key, "came before");
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => upload.CompleteAsync(Cancel));
        Assert.Equal("came before", await ReadTextAsync(key));
    }

    [Fact]
    public async Task An_upload_replaces_only_its_version()
    {
        string key = NewPrefix() + "object";
        var one = await PutAsync(key, "one");
        await using var good = await Store.BeginMultipartAsync(key, new PutOptions { Condition = PutCondition.Match(one.ETag) }, Cancel);
        await good.UploadPartAsync(1, Bytes("two"), Cancel);
        _ = await good.CompleteAsync(Cancel);
        await using var late = await Store.BeginMultipartAsync(key, new PutOptions { Condition = PutCondition.Match(one.ETag) }, Cancel);
        await late.UploadPartAsync(1, Bytes("three"), Cancel);
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => late.CompleteAsync(Cancel));
        Assert.Equal("two", await ReadTextAsync(key));
    }

    [Fact]
    public async Task Of_32_uploads_that_create_one_wins()
    {
        Assert.SkipUnless(Store.Properties.ConditionalMultipart, "This store cannot hold a condition on completing an upload under a race.");
        string key = NewPrefix() + "object";
        Assert.Equal(1, await RaceAsync(async i =>
        {
            await using var upload = await Store.BeginMultipartAsync(key, new PutOptions { Condition = PutCondition.Absent }, Cancel);
            await upload.UploadPartAsync(1, Bytes($"racer {i}"), Cancel);
            _ = await upload.CompleteAsync(Cancel);
        }));
    }
}
