namespace AgentBay.ObjectStore.Tests.Contract;

public abstract partial class ObjectStoreContract
{
    [Fact]
    public async Task An_upload_that_was_kept_goes_on_with_the_parts_that_are_there()
    {
        string key = NewPrefix() + "ü/object";
        byte[] body = RandomBytes((10 * MiB) + 5, 1);
        var options = new PutOptions { Metadata = new Dictionary<string, string>(Some) { ["agentbay-op"] = "operation" } };
        var first = await Store.BeginMultipartAsync(key, options, Cancel);
        await first.UploadPartAsync(2, body.AsMemory(5 * MiB, 5 * MiB), Cancel);
        first.Keep();
        await first.DisposeAsync();
        await using var again = await Store.ResumeMultipartAsync(key, first.Id, options, Cancel);
        var part = Assert.Single(again!.Parts);
        Assert.Equal((2, 5 * MiB, Md5(body.AsSpan(5 * MiB, 5 * MiB))), (part.Number, part.Size, part.ETag));
        await again.UploadPartAsync(1, body.AsMemory(0, 5 * MiB), Cancel);
        await again.UploadPartAsync(3, body.AsMemory(10 * MiB), Cancel);
        Assert.Equal([1, 2, 3], again.Parts.Select(p => p.Number));
        _ = await again.CompleteAsync(Cancel);
        Assert.Equal(body, await ReadAsync(key));
        Assert.Equal("grün", (await Store.HeadAsync(key, Cancel))!.Metadata["name"]);
        Assert.Null(await Store.ResumeMultipartAsync(key, first.Id, options, Cancel));
    }

    [Fact]
    public async Task A_resumed_upload_holds_its_condition()
    {
        string key = NewPrefix() + "object";
        var options = new PutOptions { Condition = PutCondition.Absent };
        var first = await Store.BeginMultipartAsync(key, options, Cancel);
        await first.UploadPartAsync(1, Bytes("upload"), Cancel);
        first.Keep();
        await first.DisposeAsync();
        _ = await PutAsync(key, "came before");
        await using var again = await Store.ResumeMultipartAsync(key, first.Id, options, Cancel);
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => again!.CompleteAsync(Cancel));
        Assert.Equal("came before", await ReadTextAsync(key));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("../../..")]
    [InlineData("")]
    public async Task An_upload_that_is_not_there_cannot_be_resumed_and_aborting_it_is_no_error(string id)
    {
        Assert.SkipWhen(id.Length == 0 && !Store.Properties.NeedsUrlEndpoint, "An S3 request without an upload's id means something else.");
        string key = NewPrefix() + "object";
        Assert.Null(await Store.ResumeMultipartAsync(key, id, new PutOptions(), Cancel));
        await Store.AbortUploadAsync(key, id, Cancel);
    }

    [Fact]
    public async Task Pending_uploads_are_listed_until_they_are_aborted_or_completed()
    {
        Assert.SkipUnless(Store.Properties.ListsUploads, "This store cannot list uploads.");
        string prefix = NewPrefix();
        var one = await Store.BeginMultipartAsync(prefix + "a ü+%", new PutOptions(), Cancel);
        var two = await Store.BeginMultipartAsync(prefix + "b/c", new PutOptions(), Cancel);
        await using var other = await Store.BeginMultipartAsync(NewPrefix() + "other", new PutOptions(), Cancel);
        var pending = await Store.ListUploadsAsync(prefix, Cancel);
        Assert.Equal([(prefix + "a ü+%", one.Id), (prefix + "b/c", two.Id)], pending.Select(p => (p.Key, p.Id)).Order());
        Assert.All(pending, p => Assert.InRange((DateTimeOffset.UtcNow - p.Begun).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        one.Keep();
        await one.DisposeAsync();
        await Store.AbortUploadAsync(prefix + "a ü+%", one.Id, Cancel);
        await two.UploadPartAsync(1, Bytes("x"), Cancel);
        _ = await two.CompleteAsync(Cancel);
        Assert.Empty(await Store.ListUploadsAsync(prefix, Cancel));
    }

    [Fact]
    public async Task Stale_uploads_are_aborted_and_young_ones_are_not()
    {
        Assert.SkipUnless(Store.Properties.ListsUploads, "This store cannot list uploads.");
        string prefix = NewPrefix();
        await using var upload = await Store.BeginMultipartAsync(prefix + "object", new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, Bytes("x"), Cancel);
        Assert.Equal(0, await StaleUploads.AbortAsync(Store, prefix, TimeSpan.FromHours(1), TimeProvider.System, Cancel));
        Assert.Equal(1, await StaleUploads.AbortAsync(Store, prefix, TimeSpan.FromHours(-1), TimeProvider.System, Cancel));
        Assert.Empty(await Store.ListUploadsAsync(prefix, Cancel));
    }

    [Fact]
    public async Task Parts_are_copied_from_what_the_store_has()
    {
        string prefix = NewPrefix();
        byte[] old = RandomBytes(17 * MiB, 1), changed = RandomBytes(5 * MiB, 2);
        var source = await Store.PutAsync(prefix + "object ü", old, new PutOptions(), Cancel);
        await using var upload = await Store.BeginMultipartAsync(prefix + "object ü", new PutOptions { Metadata = Some, Condition = PutCondition.Match(source.ETag) }, Cancel);
        await Task.WhenAll(
            upload.CopyPartAsync(1, prefix + "object ü", new ByteRange(0, 6 * MiB), source.ETag, Cancel),
            upload.UploadPartAsync(2, changed, Cancel),
            upload.CopyPartAsync(3, prefix + "object ü", new ByteRange(11 * MiB), source.ETag, Cancel));
        Assert.Equal([6L * MiB, 5L * MiB, 6L * MiB], upload.Parts.Select(p => p.Size));
        Assert.Equal(Md5(old.AsSpan(0, 6 * MiB)), upload.Parts[0].ETag);
        _ = await upload.CompleteAsync(Cancel);
        byte[] expected = [.. old[..(6 * MiB)], .. changed, .. old[(11 * MiB)..]];
        Assert.Equal(expected, await ReadAsync(prefix + "object ü"));
        Assert.Equal("grün", (await Store.HeadAsync(prefix + "object ü", Cancel))!.Metadata["name"]);
    }

    [Fact]
    public async Task A_part_is_not_copied_from_another_version_from_nothing_or_from_beyond_the_end()
    {
        string prefix = NewPrefix();
        var one = await PutAsync(prefix + "source", "one");
        var two = await PutAsync(prefix + "source", "twelve bytes");
        await using var upload = await Store.BeginMultipartAsync(prefix + "object", new PutOptions(), Cancel);
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => upload.CopyPartAsync(1, prefix + "source", new ByteRange(0, 3), one.ETag, Cancel));
        _ = await AssertFailsAsync(StoreErrorKind.PreconditionFailed, () => upload.CopyPartAsync(1, prefix + "nothing", new ByteRange(0, 3), null, Cancel));
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => upload.CopyPartAsync(1, prefix + "source", new ByteRange(10, 3), two.ETag, Cancel));
        _ = await AssertFailsAsync(StoreErrorKind.Refused, () => upload.CopyPartAsync(0, prefix + "source", new ByteRange(0, 3), two.ETag, Cancel));
        Assert.Empty(upload.Parts);
        await upload.CopyPartAsync(1, prefix + "source", new ByteRange(7, 5), two.ETag, Cancel);
        _ = await upload.CompleteAsync(Cancel);
        Assert.Equal("bytes", await ReadTextAsync(prefix + "object"));
    }
}
