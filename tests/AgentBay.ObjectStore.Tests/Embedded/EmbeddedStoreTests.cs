#pragma warning disable CA5351 // S3 ETags are MD5.
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AgentBay.ObjectStore.Embedded;
using AgentBay.Posix;

namespace AgentBay.ObjectStore.Tests.Embedded;

/// <summary>What the embedded store promises beyond the contract: what lies in its directory.</summary>
public sealed class EmbeddedStoreTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly EmbeddedStore store;

    public EmbeddedStoreTests() => store = EmbeddedStore.Open(Root);

    private string Root => Path.Combine(folder.Path, "store");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task An_ordinary_key_is_a_plain_file_under_its_plain_path()
    {
        _ = await PutAsync("a/b c/日本.txt", "bytes");
        Assert.Equal("bytes", await File.ReadAllTextAsync(Path.Combine(Root, "a/b c/日本.txt"), Cancel));
    }

    [Fact]
    public async Task Only_what_collides_is_escaped()
    {
        foreach (string key in new[] { "a", "a/b", "c/", "..", "d//e", "100%", "%x", ".agentbay-store/x" })
        {
            _ = await PutAsync(key, "bytes");
        }

        Assert.Equal(["%+.agentbay-store/x", "%=%25x", "%=..", "%=a", "100%", "a/b", "c/%=", "d/%+/e"], Files());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../outside")]
    [InlineData("../../../../../../tmp/agentbay-outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/agentbay-outside")]
    [InlineData("./../outside")]
    [InlineData("..//../outside")]
    [InlineData("a\0/../../outside")]
    public async Task No_key_lands_outside_the_directory(string key)
    {
        _ = await PutAsync(key, "bytes");
        Assert.Equal(["store"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.False(File.Exists("/tmp/agentbay-outside") || File.Exists("/etc/agentbay-outside"));
        _ = Assert.Single(Files());
        Assert.Equal(key, Assert.Single((await store.ListAsync(new ListRequest(""), Cancel)).Objects).Key);
    }

    [Fact]
    public async Task A_link_in_the_way_is_neither_followed_nor_an_object()
    {
        string outside = Directory.CreateDirectory(Path.Combine(folder.Path, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "secret"), "secret", Cancel);
        _ = Directory.CreateSymbolicLink(Path.Combine(Root, "link"), outside);
        _ = File.CreateSymbolicLink(Path.Combine(Root, "file"), Path.Combine(outside, "secret"));
        Assert.Null(await store.HeadAsync("link/secret", Cancel));
        Assert.Null(await store.GetAsync("file", null, null, Cancel));
        Assert.Empty((await store.ListAsync(new ListRequest(""), Cancel)).Objects);
        Assert.Empty((await store.ListAsync(new ListRequest("link/"), Cancel)).Objects);
        _ = await Assert.ThrowsAsync<StoreException>(() => PutAsync("link/new", "bytes"));
        _ = await PutAsync("file", "replaced");
        Assert.Equal("secret", await File.ReadAllTextAsync(Path.Combine(outside, "secret"), Cancel));
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_dropped_in_by_hand_is_an_object()
    {
        _ = Directory.CreateDirectory(Path.Combine(Root, "docs"));
        await File.WriteAllTextAsync(Path.Combine(Root, "docs/readme"), "by hand", Cancel);
        var head = await store.HeadAsync("docs/readme", Cancel);
        Assert.Equal((Md5("by hand"), 7L), (head!.ETag, head.Size));
        Assert.Empty(head.Metadata);
        Assert.Equal(head.ETag, Assert.Single((await store.ListAsync(new ListRequest(""), Cancel)).Objects).ETag);
        _ = await store.PutAsync("docs/readme", Encoding.UTF8.GetBytes("put"), new PutOptions { Condition = PutCondition.Match(head.ETag) }, Cancel);
    }

    [Fact]
    public async Task An_object_edited_by_hand_has_another_ETag()
    {
        var put = await PutAsync("object", "before");
        await File.WriteAllTextAsync(Path.Combine(Root, "object"), "edited", Cancel);
        Assert.Equal(Md5("edited"), (await store.HeadAsync("object", Cancel))!.ETag);
        var error = await Assert.ThrowsAsync<StoreException>(() => store.GetAsync("object", null, put.ETag, Cancel));
        Assert.Equal(StoreErrorKind.PreconditionFailed, error.Kind);
    }

    [Fact]
    public async Task A_plain_file_dropped_in_beside_an_escaped_object_hides_it_until_both_are_deleted()
    {
        _ = await PutAsync("a", "object");
        _ = await PutAsync("a/b", "x");
        await store.DeleteAsync("a/b", null, Cancel);
        Assert.Equal(["%=a"], Files());
        await File.WriteAllTextAsync(Path.Combine(Root, "a"), "by hand", Cancel);
        Assert.Equal(Md5("by hand"), Assert.Single((await store.ListAsync(new ListRequest(""), Cancel)).Objects).ETag);
        await store.DeleteAsync("a", null, Cancel);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_deletion_that_would_bring_a_hidden_object_back_fails()
    {
        _ = await PutAsync("a", "object");
        _ = await PutAsync("a/b", "x");
        await store.DeleteAsync("a/b", null, Cancel);
        await File.WriteAllTextAsync(Path.Combine(Root, "a"), "by hand", Cancel);
        Assert.SkipUnless(await TryChangeAttributesAsync("+i", "%=a"), "chattr cannot make a file immutable here.");
        try
        {
            Assert.Equal(StoreErrorKind.AccessDenied, (await Assert.ThrowsAsync<StoreException>(() => store.DeleteAsync("a", null, Cancel))).Kind);
            Assert.Equal(Md5("by hand"), (await store.HeadAsync("a", Cancel))!.ETag);
        }
        finally
        {
            _ = await TryChangeAttributesAsync("-i", "%=a");
        }

        await store.DeleteAsync("a", null, Cancel);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Names_that_are_not_of_our_making_are_no_objects()
    {
        foreach (string name in new[] { "%", "%x", "%=%zz", "%=bad%2", "%~piece" })
        {
            await File.WriteAllTextAsync(Path.Combine(Root, name), "x", Cancel);
        }

        _ = Directory.CreateDirectory(Path.Combine(Root, "%+plain"));
        await File.WriteAllTextAsync(Path.Combine(Root, "%+plain/x"), "x", Cancel);
        _ = Directory.CreateDirectory(Path.Combine(Root, "empty/empty"));
        var page = await store.ListAsync(new ListRequest("") { Delimiter = "/" }, Cancel);
        Assert.Empty(page.Objects);
        Assert.Empty(page.Prefixes);
    }

    [Fact]
    public async Task Folders_go_with_their_last_object()
    {
        _ = await PutAsync("a/b/c/d", "x");
        _ = await PutAsync("a/e", "x");
        await store.DeleteAsync("a/b/c/d", null, Cancel);
        Assert.False(Directory.Exists(Path.Combine(Root, "a/b")));
        await store.DeleteAsync("a/e", null, Cancel);
        Assert.Equal([".agentbay-store"], Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Puts_and_deletes_in_one_folder_at_once_lose_nothing()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (i, cancel) =>
        {
            string key = $"deep/folder/{i % 8}";
            _ = await PutAsync(key, "x");
            await store.DeleteAsync(key, null, cancel);
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PutAsync($"deep/folder/{i}", "x")));
        Assert.Equal(8, (await store.ListAsync(new ListRequest("deep/"), Cancel)).Objects.Count);
    }

    [Fact]
    public async Task Folders_and_files_are_the_owners_alone()
    {
        _ = await PutAsync("a/b", "x");
        Assert.Equal("700", Convert.ToString(ModeOf("a"), 8));
        Assert.Equal("600", Convert.ToString(ModeOf("a/b"), 8));
    }

    [Fact]
    public async Task LastModified_is_the_files_mtime()
    {
        var put = await PutAsync("object", "x");
        Assert.Equal(put.LastModified!.Value.UtcDateTime, File.GetLastWriteTimeUtc(Path.Combine(Root, "object")));
        Assert.Equal(put.LastModified, (await store.HeadAsync("object", Cancel))!.LastModified);
    }

    [Fact]
    public async Task New_metadata_makes_the_object_newer_without_writing_its_bytes()
    {
        var put = await PutAsync("object", "x");
        var before = File.GetLastWriteTimeUtc(Path.Combine(Root, "object"));
        var copy = await store.CopyAsync("object", "object", new CopyOptions { Metadata = new Dictionary<string, string> { ["mode"] = "1" } }, Cancel);
        Assert.True(copy!.LastModified > put.LastModified);
        Assert.Equal((copy.ETag, copy.LastModified), ((await store.HeadAsync("object", Cancel))!.ETag, (await store.HeadAsync("object", Cancel))!.LastModified));
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(Root, "object")));
    }

    [Fact]
    public async Task A_reader_keeps_the_version_that_it_opened()
    {
        _ = await PutAsync("object", "old");
        await using var content = await store.GetAsync("object", null, null, Cancel);
        _ = await PutAsync("object", "newer");
        using var reader = new StreamReader(content!.Body);
        Assert.Equal("old", await reader.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task A_file_truncated_under_a_reader_is_corrupt_never_short()
    {
        _ = await PutAsync("object", "0123456789");
        await using var content = await store.GetAsync("object", null, null, Cancel);
        await using (var file = File.OpenWrite(Path.Combine(Root, "object")))
        {
            file.SetLength(4);
        }

        var error = await Assert.ThrowsAsync<StoreException>(() => content!.Body.CopyToAsync(Stream.Null, Cancel));
        Assert.Equal(StoreErrorKind.Corrupt, error.Kind);
    }

    [Fact]
    public async Task What_a_crash_left_is_removed_at_open_when_it_is_older_than_a_day()
    {
        string temporary = Path.Combine(Root, ".agentbay-store/tmp"), uploads = Path.Combine(Root, ".agentbay-store/uploads");
        foreach (string name in new[] { "old", "young" })
        {
            await File.WriteAllTextAsync(Path.Combine(temporary, name), "x", Cancel);
            _ = Directory.CreateDirectory(Path.Combine(uploads, name));
            await File.WriteAllTextAsync(Path.Combine(uploads, name, "object"), "x", Cancel);
        }

        string[] asides = [Path.Combine(Root, ".agentbay-store/urls"), Path.Combine(Root, ".agentbay-store/expiry")];
        var old = DateTime.UtcNow - TimeSpan.FromHours(25);
        foreach (string file in asides.SelectMany(f => new[] { Path.Combine(f, "aside-old"), Path.Combine(f, "keeps") }))
        {
            await File.WriteAllTextAsync(file, "x", Cancel);
            File.SetLastWriteTimeUtc(file, old);
        }

        File.SetLastWriteTimeUtc(Path.Combine(temporary, "old"), old);
        File.SetLastWriteTimeUtc(Path.Combine(uploads, "old", "object"), old);
        Directory.SetLastWriteTimeUtc(Path.Combine(uploads, "old"), old);
        Directory.SetLastWriteTimeUtc(Path.Combine(uploads, "young"), old);
        await EmbeddedStore.Open(Root).DisposeAsync();
        Assert.Equal(["young"], Directory.EnumerateFileSystemEntries(temporary).Select(Path.GetFileName));
        Assert.Equal(["young"], Directory.EnumerateFileSystemEntries(uploads).Select(Path.GetFileName));
        Assert.All(asides, f => Assert.Equal(["keeps"], Directory.EnumerateFileSystemEntries(f).Select(Path.GetFileName)));
    }

    [Fact]
    public async Task Nothing_stays_in_the_hidden_folder_after_writes_that_worked_or_failed()
    {
        _ = await PutAsync("object", "x");
        _ = await Assert.ThrowsAsync<StoreException>(() => store.PutAsync("object", "y"u8.ToArray(), new PutOptions { Condition = PutCondition.Absent }, Cancel));
        await using (var upload = await store.BeginMultipartAsync("other", new PutOptions(), Cancel))
        {
            await upload.UploadPartAsync(1, "x"u8.ToArray(), Cancel);
            _ = await upload.CompleteAsync(Cancel);
        }

        await (await store.BeginMultipartAsync("third", new PutOptions(), Cancel)).DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, ".agentbay-store/tmp")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, ".agentbay-store/uploads")));
    }

    [Fact]
    public async Task Parts_whose_bytes_a_power_loss_took_are_not_there_when_the_upload_goes_on()
    {
        var upload = await store.BeginMultipartAsync("object", new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, new byte[5 << 20], Cancel);
        await upload.UploadPartAsync(2, "last"u8.ToArray(), Cancel);
        upload.Keep();
        await upload.DisposeAsync();
        await using (var file = File.OpenWrite(Path.Combine(Root, ".agentbay-store/uploads", upload.Id, "object")))
        {
            file.SetLength(5 << 20);
        }

        await using var again = await store.ResumeMultipartAsync("object", upload.Id, new PutOptions(), Cancel);
        Assert.Equal(1, Assert.Single(again!.Parts).Number);
    }

    [Fact]
    public async Task An_upload_that_is_worked_on_cannot_be_resumed_elsewhere()
    {
        await using var upload = await store.BeginMultipartAsync("object", new PutOptions(), Cancel);
        await using var other = EmbeddedStore.Open(Root);
        var error = await Assert.ThrowsAsync<StoreException>(() => other.ResumeMultipartAsync("object", upload.Id, new PutOptions(), Cancel));
        Assert.Equal(StoreErrorKind.Busy, error.Kind);
    }

    [Fact]
    public async Task An_upload_that_is_completed_while_it_is_being_resumed_is_not_there()
    {
        var upload = await store.BeginMultipartAsync("object", new PutOptions(), Cancel);
        await upload.UploadPartAsync(1, "x"u8.ToArray(), Cancel);
        await using var other = EmbeddedStore.Open(Root, TimeProvider.System, reached =>
        {
            if (reached == "upload: found")
            {
                _ = upload.CompleteAsync(Cancel).GetAwaiter().GetResult();
            }
        });
        Assert.Null(await other.ResumeMultipartAsync("object", upload.Id, new PutOptions(), Cancel));
        Assert.Equal(1, (await other.HeadAsync("object", Cancel))!.Size);
    }

    [Fact]
    public async Task Two_stores_on_one_directory_hold_conditions_together()
    {
        await using var other = EmbeddedStore.Open(Root);
        for (int round = 0; round < 20; round++)
        {
            string key = $"race {round}";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            {
                try
                {
                    _ = await (i % 2 == 0 ? store : other).PutAsync(key, Encoding.UTF8.GetBytes($"{i}"), new PutOptions { Condition = PutCondition.Absent }, Cancel);
                    return true;
                }
                catch (StoreException e) when (e.Kind == StoreErrorKind.PreconditionFailed)
                {
                    return false;
                }
            }));
            _ = Assert.Single(outcomes, won => won);
        }
    }

    [Fact]
    public void A_file_where_the_directory_should_be_is_a_clear_error()
    {
        string path = Path.Combine(folder.Path, "file");
        File.WriteAllText(path, "x");
        var error = Assert.Throws<StoreException>(() => EmbeddedStore.Open(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_a_clear_error()
    {
        var error = Assert.Throws<StoreException>(() => EmbeddedStore.Open("/proc/agentbay"));
        Assert.Contains("/proc/agentbay", error.Message, StringComparison.Ordinal);
    }

    private Task<PutResult> PutAsync(string key, string body) => store.PutAsync(key, Encoding.UTF8.GetBytes(body), new PutOptions(), Cancel);

    private async Task<bool> TryChangeAttributesAsync(string change, string path)
    {
        using var chattr = Process.Start(new ProcessStartInfo("chattr", [change, Path.Combine(Root, path)]) { RedirectStandardError = true })!;
        await chattr.WaitForExitAsync(CancellationToken.None);
        return chattr.ExitCode == 0;
    }

    private int ModeOf(string path)
    {
        Syscall.Stat(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(Path.Combine(Root, path)), out var status).ThrowIfError("stat");
        return (int)(status.Mode & StatMode.PermissionMask);
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(f => Path.GetRelativePath(Root, f))
        .Where(f => !f.StartsWith(".agentbay-store/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
