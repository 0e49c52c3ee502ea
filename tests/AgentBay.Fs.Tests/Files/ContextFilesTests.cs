using System.Text;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Files;
using AgentBay.Fs.Metadata;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Files;

public class ContextFilesTests
{
    private static readonly EntryAttributes Attributes = new() { Mode = 0x1A0, MtimeNs = 1_700_000_000_123_456_789 };

    private readonly MemoryStore memory = new();
    private readonly FaultyStore store;
    private readonly ManualTime time = new() { SkipsPauses = true };

    public ContextFilesTests() => store = new FaultyStore(memory);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((8 << 20) - 1)]
    [InlineData(8 << 20)]
    [InlineData((8 << 20) + 1)]
    [InlineData(16 << 20)]
    [InlineData(17 << 20)]
    public async Task What_is_put_is_what_is_got(int size)
    {
        ContextFiles files = await OpenAsync();
        byte[] bytes = Bytes(size);
        var progress = new Reports();

        FileEntry put = await files.PutAsync(FilePath.ParseFile("/d/a"), new MemoryStream(bytes), Attributes, progress, Cancel);

        await using OpenedFile got = await files.OpenAsync(FilePath.ParseFile("d/a"), Cancel);
        Assert.Equal(bytes, await ReadAsync(got));
        Assert.Equal((put.Key, (long)size), (got.Entry.Key, got.Entry.Size));
        Assert.Equal((Attributes.Mode, Attributes.MtimeNs), (got.Attributes.Mode, got.Attributes.MtimeNs));
        Assert.NotNull(got.Sha256);
        Assert.Equal(size, progress.Last);
    }

    [Fact]
    public async Task A_large_file_is_read_with_progress_before_it_is_stored()
    {
        ContextFiles files = await OpenAsync();
        byte[] bytes = Bytes(17 << 20);
        var (hashed, progress) = (new Reports(), new Reports());

        _ = await files.PutAsync(FilePath.ParseFile("/d/a"), new MemoryStream(bytes), Attributes, hashed, progress, Cancel);

        Assert.Equal((bytes.Length, bytes.Length), (hashed.Last, progress.Last));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(100, 4)]
    public async Task As_many_parts_go_at_once_as_the_memory_allows_and_never_less_than_one(int budget, int atOnce)
    {
        ContextRecord context = (await OpenWithRecordAsync()).Context;
        var files = new ContextFiles(store, context, time) { PartBuffers = new MemoryBudget(budget * (8 << 20)) };
        var guard = new Lock();
        (int now, int most) = (0, 0);
        var reached = new TaskCompletionSource();
        store.BeforeCall = async (call, _) =>
        {
            if (call.Call == StoreCall.UploadPart)
            {
                Count(1);
                await reached.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
                await Task.Delay(50, Cancel); // One more than may go would come now.
                Count(-1);
            }
        };
        byte[] bytes = Bytes((56 << 20) + 7);

        _ = await files.PutAsync(FilePath.ParseFile("a"), new MemoryStream(bytes), Attributes, null, Cancel);

        Assert.Equal(atOnce, most);
        await using OpenedFile got = await files.OpenAsync(FilePath.ParseFile("a"), Cancel);
        Assert.Equal(bytes, await ReadAsync(got));

        void Count(int change)
        {
            lock (guard)
            {
                now += change;
                most = Math.Max(most, now);
                _ = most >= atOnce && reached.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_stream_whose_length_nobody_knows_is_put_as_well()
    {
        ContextFiles files = await OpenAsync();
        byte[] bytes = Bytes((20 << 20) + 7);

        FileEntry put = await files.PutAsync(FilePath.ParseFile("a"), new Unseekable(bytes), Attributes, null, Cancel);

        await using OpenedFile got = await files.OpenAsync(FilePath.ParseFile("a"), Cancel);
        Assert.Equal(bytes, await ReadAsync(got));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), (await memory.HeadAsync(put.Key, Cancel))!.Metadata[ObjectMetadata.Sha256]);
    }

    [Fact]
    public async Task A_file_that_another_replaces_before_its_hash_is_said_is_the_others()
    {
        ContextFiles files = await OpenAsync();
        store.BeforeCall = (call, cancel) =>
            call.Call == StoreCall.Copy ? memory.PutAsync(call.Key, "theirs"u8.ToArray(), new PutOptions(), cancel) : Task.CompletedTask;

        _ = await files.PutAsync(FilePath.ParseFile("a"), new Unseekable(Bytes(20 << 20)), Attributes, null, Cancel);

        await using OpenedFile got = await files.OpenAsync(FilePath.ParseFile("a"), Cancel);
        Assert.Equal("theirs", Encoding.UTF8.GetString(await ReadAsync(got)));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_put_is_not_stored()
    {
        ContextFiles files = await OpenAsync();
        byte[] bytes = Bytes(20 << 20);
        store.BeforeCall = (call, _) =>
        {
            bytes[^1] += (byte)(call.Call == StoreCall.BeginMultipart ? 1 : 0);
            return Task.CompletedTask;
        };

        IOException failure = await Assert.ThrowsAsync<IOException>(() => files.PutAsync(FilePath.ParseFile("a"), new MemoryStream(bytes), Attributes, null, Cancel));

        Assert.Contains("changed while it was stored", failure.Message, StringComparison.Ordinal);
        await AssertFailsAsync(ContextError.NoSuchFile, "'/a'", () => files.OpenAsync(FilePath.ParseFile("a"), Cancel));
    }

    [Fact]
    public async Task An_upload_that_fails_leaves_nothing()
    {
        ContextFiles files = await OpenAsync();
        store.Fail(StoreCall.UploadPart, number: 2, StoreErrorKind.Refused);

        _ = await Assert.ThrowsAsync<StoreException>(() => files.PutAsync(FilePath.ParseFile("a"), new MemoryStream(Bytes(20 << 20)), Attributes, null, Cancel));

        Assert.DoesNotContain(memory.Keys, key => key.StartsWith("contexts/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_are_not_the_stored_ones_are_an_error()
    {
        ContextFiles files = await OpenAsync();
        FileEntry put = await files.PutAsync(FilePath.ParseFile("a"), new MemoryStream(Bytes(100)), Attributes, null, Cancel);
        ObjectInfo info = (await memory.HeadAsync(put.Key, Cancel))!;
        _ = await memory.PutAsync(put.Key, Bytes(100, seed: 2), new PutOptions { Metadata = info.Metadata }, Cancel);

        await using OpenedFile got = await files.OpenAsync(FilePath.ParseFile("a"), Cancel);

        Assert.Equal(StoreErrorKind.Corrupt, (await Assert.ThrowsAsync<StoreException>(() => ReadAsync(got))).Kind);
    }

    [Fact]
    public async Task A_folder_is_listed_by_pages_with_folders_and_files_by_name()
    {
        ContextFiles files = await OpenAsync();
        await PutAsync(files, "d/b", "12");
        await PutAsync(files, "d/a/x", "1");
        await PutAsync(files, "d/c", "123");
        await PutAsync(files, "other", "1");

        FilePage first = await files.ListAsync(FilePath.ParseFolder("/d"), page: 1, pageSize: 2, Cancel);
        FilePage second = await files.ListAsync(FilePath.ParseFolder("d/"), page: 2, pageSize: 2, Cancel);

        Assert.Equal([("a", "/d/a", true, 0L), ("b", "/d/b", false, 2)], first.Entries.Select(entry => (entry.Name, entry.FullName, entry.IsFolder, entry.Size)));
        Assert.Equal([("c", "/d/c", false, 3L)], second.Entries.Select(entry => (entry.Name, entry.FullName, entry.IsFolder, entry.Size)));
        Assert.Equal((3, 3), (first.TotalCount, second.TotalCount));
        Assert.All(first.Entries, entry => Assert.Equal(entry.IsFolder, entry.Stored is null));
        Assert.Empty((await files.ListAsync(FilePath.ParseFolder("d"), page: int.MaxValue, pageSize: 1000, Cancel)).Entries);
    }

    [Fact]
    public async Task An_empty_context_lists_nothing_and_a_folder_that_is_not_there_is_an_error()
    {
        ContextFiles files = await OpenAsync();
        Assert.Equal(0, (await files.ListAsync(TreePath.Root, 1, 50, Cancel)).TotalCount);
        await AssertFailsAsync(ContextError.NoSuchFile, "no folder '/nothing'", () => files.ListAsync(FilePath.ParseFolder("nothing"), 1, 50, Cancel));
        await PutAsync(files, "file", "x");
        await AssertFailsAsync(ContextError.WrongKind, "is a file", () => files.ListAsync(FilePath.ParseFolder("file"), 1, 50, Cancel));
        await AssertFailsAsync(ContextError.InvalidPage, "counted from 1", () => files.ListAsync(TreePath.Root, 0, 50, Cancel));
        await AssertFailsAsync(ContextError.InvalidPage, "1 to 1000", () => files.ListAsync(TreePath.Root, 1, 1001, Cancel));
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_put_listed_got_and_deleted_by_its_bytes()
    {
        ContextFiles files = await OpenAsync();
        TreePath path = FilePath.ParseFile([(byte)'a', 0xFF, (byte)'\n']);
        _ = await files.PutAsync(path, new MemoryStream(Bytes(3)), Attributes, null, Cancel);
        FileEntry listed = Assert.Single((await files.ListAsync(TreePath.Root, 1, 50, Cancel)).Entries);
        Assert.Equal(path, listed.Path);
        Assert.EndsWith("/a‛FF‛0A", listed.Key, StringComparison.Ordinal);
        await using (OpenedFile got = await files.OpenAsync(path, Cancel))
        {
            Assert.Equal(3, got.Entry.Size);
        }

        await files.DeleteAsync(path, Cancel);
        Assert.Equal(0, (await files.ListAsync(TreePath.Root, 1, 50, Cancel)).TotalCount);
    }

    [Fact]
    public async Task An_object_whose_name_a_folder_has_taken_goes_by_the_name_that_a_mount_shows()
    {
        (ContextFiles files, ContextRecord context) = await OpenWithRecordAsync();
        _ = await memory.PutAsync(context.Prefix + "a", "object"u8.ToArray(), new PutOptions(), Cancel);
        _ = await memory.PutAsync(context.Prefix + "a/b", "below"u8.ToArray(), new PutOptions(), Cancel);

        Assert.Equal(["a", "a‛file"], (await files.ListAsync(TreePath.Root, 1, 50, Cancel)).Entries.Select(entry => entry.Name));
        await using (OpenedFile got = await files.OpenAsync(FilePath.ParseFile("a‛file"), Cancel))
        {
            Assert.Equal("object", Encoding.UTF8.GetString(await ReadAsync(got)));
        }

        await files.DeleteAsync(FilePath.ParseFile("a‛file"), Cancel);
        Assert.Equal(["a/b"], Keys(context));
    }

    [Fact]
    public async Task A_file_and_a_folder_of_one_name_are_refused()
    {
        (ContextFiles files, ContextRecord context) = await OpenWithRecordAsync();
        await PutAsync(files, "a", "file");
        await PutAsync(files, "d/x", "in a folder");
        await AssertFailsAsync(ContextError.WrongKind, "'/a' is a file: nothing can be below it", () => PutAsync(files, "a/b/c", "x"));
        await AssertFailsAsync(ContextError.WrongKind, "'/d' is a folder", () => PutAsync(files, "d", "x"));
        await AssertFailsAsync(ContextError.WrongKind, "'/d' is a folder", () => files.OpenAsync(FilePath.ParseFile("d"), Cancel));
        Assert.Equal(["a", "d/x"], Keys(context));
    }

    [Fact]
    public async Task A_folder_stays_when_its_last_file_is_deleted_until_it_is_deleted_itself()
    {
        (ContextFiles files, ContextRecord context) = await OpenWithRecordAsync();
        await PutAsync(files, "d/a", "x");
        await PutAsync(files, "d/b", "x");
        await files.DeleteAsync(FilePath.ParseFile("d/a"), Cancel);
        Assert.Equal(["d/b"], Keys(context));
        await AssertFailsAsync(ContextError.WrongKind, "not empty", () => files.DeleteAsync(FilePath.ParseFolder("d"), Cancel));
        await files.DeleteAsync(FilePath.ParseFile("d/b"), Cancel);
        Assert.Equal(["d/"], Keys(context));
        Assert.Equal(0, (await files.ListAsync(FilePath.ParseFolder("d"), 1, 50, Cancel)).TotalCount);
        await files.DeleteAsync(FilePath.ParseFolder("d/"), Cancel);
        Assert.Empty(Keys(context));
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_deleted()
    {
        ContextFiles files = await OpenAsync();
        await AssertFailsAsync(ContextError.NoSuchFile, "There is no '/d/a' in context 'test'", () => files.DeleteAsync(FilePath.ParseFile("d/a"), Cancel));
        await AssertFailsAsync(ContextError.WrongKind, "clear or delete the context", () => files.DeleteAsync(TreePath.Root, Cancel));
    }

    [Fact]
    public async Task Nothing_is_written_into_a_context_that_is_being_cleared_or_was()
    {
        (ContextFiles files, ContextRecord context) = await OpenWithRecordAsync();
        await PutAsync(files, "a", "x");
        var catalog = new ContextCatalog(memory, time);
        ContextRecord clearing = await catalog.BeginClearAsync(context, Cancel);
        time.Advance(ContextGuard.Validity);
        await AssertFailsAsync(ContextError.Cleared, "was cleared at", () => PutAsync(files, "b", "x"));
        await AssertFailsAsync(ContextError.Cleared, "was cleared at", () => files.DeleteAsync(FilePath.ParseFile("a"), Cancel));
        await AssertFailsAsync(ContextError.BeingCleared, "is being cleared: wait", () => PutAsync(new ContextFiles(memory, clearing, time), "b", "x"));
        ContextRecord cleared = await catalog.FinishClearAsync(clearing, null, Cancel);
        Assert.Empty(Keys(context));
        await PutAsync(new ContextFiles(memory, cleared, time), "b", "x");
        Assert.Equal(["b"], Keys(context));
    }

    [Fact]
    public async Task What_a_clear_overtakes_is_taken_back()
    {
        (ContextFiles files, ContextRecord context) = await OpenWithRecordAsync();
        store.BeforeCall = async (call, _) =>
        {
            if (call.Call == StoreCall.Put)
            {
                store.BeforeCall = null;
                await new ContextCatalog(memory, time).ClearAsync(context, null, Cancel);
            }
        };

        await AssertFailsAsync(ContextError.Cleared, "was cleared at", () => PutAsync(files, "a", "x"));

        Assert.Empty(Keys(context));
    }

    [Fact]
    public async Task A_symlink_is_not_got_as_if_it_were_a_file()
    {
        (ContextFiles files, ContextRecord context) = await OpenWithRecordAsync();
        _ = await memory.PutAsync(context.Prefix + "link", "target"u8.ToArray(), new PutOptions { Metadata = new Dictionary<string, string> { ["mode"] = "41471" } }, Cancel);
        await AssertFailsAsync(ContextError.WrongKind, "is a symbolic link", () => files.OpenAsync(FilePath.ParseFile("link"), Cancel));
    }

    private async Task<ContextFiles> OpenAsync() => (await OpenWithRecordAsync()).Files;

    private async Task<(ContextFiles Files, ContextRecord Context)> OpenWithRecordAsync()
    {
        ContextRecord context = await new ContextCatalog(memory, time).GetOrCreateAsync("test", Cancel);
        return (new ContextFiles(store, context, time), context);
    }

    private static Task<FileEntry> PutAsync(ContextFiles files, string path, string content) =>
        files.PutAsync(FilePath.ParseFile(path), new MemoryStream(Encoding.UTF8.GetBytes(content)), Attributes, null, Cancel);

    private static async Task<byte[]> ReadAsync(OpenedFile file)
    {
        var target = new MemoryStream();
        await file.CopyToAsync(target, null, Cancel);
        return target.ToArray();
    }

    private IReadOnlyList<string> Keys(ContextRecord context) =>
        [.. memory.Keys.Where(key => key.StartsWith(context.Prefix, StringComparison.Ordinal)).Select(key => key[context.Prefix.Length..])];

    private static byte[] Bytes(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task AssertFailsAsync(ContextError error, string says, Func<Task> call)
    {
        ContextException failure = await Assert.ThrowsAsync<ContextException>(call);
        Assert.Equal(error, failure.Error);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    private sealed class Reports : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value) => Last = Math.Max(Last, value);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
