using AgentBay.ObjectStore.Embedded;

namespace AgentBay.ObjectStore.Tests.Embedded;

/// <summary>The process is killed at each point of a write; then the store is opened again.</summary>
public sealed class CrashTests : IDisposable
{
    private const int MaxPoints = 40;

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("put", 2000)]
    [InlineData("copy", 2000)]
    [InlineData("metadata", 1000)]
    [InlineData("multipart", CrashChild.PartSize + 2000)]
    [InlineData("delete", null)]
    public async Task A_kill_at_any_point_leaves_the_old_object_or_the_new_one(string action, int? newSize)
    {
        int point = 1;
        for (; ; point++)
        {
            Assert.InRange(point, 1, MaxPoints);
            string root = Path.Combine(folder.Path, $"{action} {point}");
            await PutOldAsync(root);
            bool killed = await CrashChild.RunAsync(root, action, point);
            await using var store = EmbeddedStore.Open(root);
            var head = await store.HeadAsync("folder/key", Cancel);
            bool isOld = head is { Size: 1000 } && head.Metadata["version"] == "old";
            bool isNew = newSize == null ? head == null : head?.Size == newSize && head.Metadata["version"] == "new";
            Assert.True(killed ? isOld || isNew : isNew, $"{action}, point {point}: {head}");
            await CheckWholeAsync(store);
            await CheckWritableAsync(store);
            if (!killed)
            {
                break;
            }
        }

        Assert.True(point > 1, "No point was reached, so nothing was tested.");
    }

    [Fact]
    public async Task A_kill_while_an_object_makes_way_for_a_folder_loses_neither()
    {
        for (int point = 1; ; point++)
        {
            Assert.InRange(point, 1, MaxPoints);
            string root = Path.Combine(folder.Path, $"{point}");
            await PutOldAsync(root);
            bool killed = await CrashChild.RunAsync(root, "put below", point);
            await using var store = EmbeddedStore.Open(root);
            Assert.Equal(1000, (await store.HeadAsync("folder/key", Cancel))?.Size);
            var below = await store.HeadAsync("folder/key/below", Cancel);
            Assert.True(below == null ? killed : below.Size == 2000, $"point {point}: {below}");
            await CheckWholeAsync(store);
            await CheckWritableAsync(store);
            if (!killed)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task After_a_kill_an_upload_goes_on_with_every_part_that_was_acknowledged()
    {
        for (int point = 1; ; point++)
        {
            Assert.InRange(point, 1, MaxPoints);
            string root = Path.Combine(folder.Path, $"{point}");
            bool killed = await CrashChild.RunAsync(root, "upload", point);
            await using var store = EmbeddedStore.Open(root);
            var pending = Assert.Single(await store.ListUploadsAsync("folder/", Cancel));
            await using var upload = await store.ResumeMultipartAsync(pending.Key, pending.Id, new PutOptions(), Cancel);

            // Killed at "part written" of the n-th part, the n - 1 before it were acknowledged.
            Assert.Equal(killed ? point - 1 : CrashChild.UploadParts, upload!.Parts.Count);
            foreach (int number in Enumerable.Range(1, CrashChild.UploadParts).Except(upload.Parts.Select(p => p.Number)))
            {
                await upload.UploadPartAsync(number, CrashChild.PartOf(number), Cancel);
            }

            _ = await upload.CompleteAsync(Cancel);
            await using var content = await store.GetAsync("folder/key", null, null, Cancel);
            var bytes = new MemoryStream();
            await content!.Body.CopyToAsync(bytes, Cancel);
            Assert.True(bytes.ToArray().AsSpan().SequenceEqual(Enumerable.Range(1, CrashChild.UploadParts).SelectMany(CrashChild.PartOf).ToArray()), $"point {point}");
            Assert.Equal("new", content.Info.Metadata["version"]);
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(root, ".agentbay-store/uploads")));
            if (!killed)
            {
                return;
            }
        }
    }

    private static async Task PutOldAsync(string root)
    {
        await using var store = EmbeddedStore.Open(root);
        var options = new PutOptions { Metadata = new Dictionary<string, string> { ["version"] = "old" } };
        _ = await store.PutAsync("folder/key", CrashChild.OldBody, options, Cancel);
    }

    /// <summary>Every object that is listed has the bytes that its size and metadata tell of.</summary>
    private static async Task CheckWholeAsync(EmbeddedStore store)
    {
        foreach (var listed in (await store.ListAsync(new ListRequest(""), Cancel)).Objects)
        {
            await using var content = await store.GetAsync(listed.Key, null, listed.ETag, Cancel);
            var bytes = new MemoryStream();
            await content!.Body.CopyToAsync(bytes, Cancel);
            byte[] body = bytes.ToArray();
            Assert.Equal(listed.Size, body.Length);
            Assert.True(body.AsSpan().SequenceEqual(CrashChild.OldBody) || body.AsSpan().EndsWith(CrashChild.NewBody), listed.ToString());
        }
    }

    private static async Task CheckWritableAsync(EmbeddedStore store)
    {
        _ = await store.PutAsync("folder/key", "after"u8.ToArray(), new PutOptions(), Cancel);
        _ = await store.PutAsync("folder/key/below", "after"u8.ToArray(), new PutOptions(), Cancel);
        await store.DeleteAsync("folder/key", null, Cancel);
        await store.DeleteAsync("folder/key/below", null, Cancel);
        Assert.Empty((await store.ListAsync(new ListRequest("folder/"), Cancel)).Objects);
    }
}
