using AgentBay.Fs.Indexing;
using AgentBay.Fs.Mirror;

namespace AgentBay.Fs.Tests.Indexing;

public sealed class BaselineIndexTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("agentbay-index-").FullName;
    private BaselineIndex index = null!;

    private string File => Path.Combine(folder, "index.db");

    public ValueTask InitializeAsync()
    {
        index = BaselineIndex.Open(File);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await index.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_row_comes_back_as_it_was()
    {
        BaselineRow row = Row("d/a") with
        {
            Remote = new RemoteVersion("etag", 5, new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero)),
            Size = 5,
            MtimeNs = -1,
            CtimeNs = long.MaxValue,
            Mode = 0xFFF,
            Uid = uint.MaxValue - 1,
            Gid = 0,
            Xattrs = "x",
            Sha256 = "h",
            OperationId = "o",
            State = BaselineState.Hydrating,
        };

        await index.ApplyAsync(IndexChange.Put(row));

        Assert.Equal(row, index.Find(row.Path));
    }

    [Fact]
    public async Task What_a_row_does_not_say_comes_back_as_not_said()
    {
        await index.ApplyAsync(IndexChange.Put(Row("a")));

        Assert.Equal(Row("a"), index.Find(TreePath.Parse("a")));
    }

    [Fact]
    public async Task A_path_that_is_not_UTF_8_comes_back_byte_for_byte()
    {
        TreePath path = TreePath.Parse([0xFF, (byte)'/', 0xC3, 0x0A]);
        await index.ApplyAsync(IndexChange.Put(Row("a") with { Path = path }));

        Assert.Equal(path, Assert.Single(index.Under(TreePath.Root)).Path);
    }

    [Fact]
    public async Task Children_are_those_of_this_folder_alone()
    {
        await PutAsync("a", "d", "d/a", "d/e/b", "d2/c");

        Assert.Equal(["a", "d"], Names(index.Children(TreePath.Root)));
        Assert.Equal(["d/a"], Names(index.Children(TreePath.Parse("d"))));
    }

    [Fact]
    public async Task Under_a_folder_is_all_below_it_and_no_neighbour()
    {
        await PutAsync("d", "d/a", "d/e/b", "d-", "d.x", "d0", "d/\u00ff", "e");

        Assert.Equal(["d/a", "d/e/b", "d/\u00ff"], Names(index.Under(TreePath.Parse("d"))));
        Assert.Equal(8, index.Under(TreePath.Root).Count);
    }

    [Fact]
    public async Task An_inode_is_found_under_all_its_names()
    {
        await PutAsync("a", "b");

        Assert.Equal(["a", "b"], Names(index.FindByInode(ulong.MaxValue)));
    }

    [Fact]
    public async Task A_replacement_of_a_row_that_changed_meanwhile_does_nothing()
    {
        await PutAsync("a");
        BaselineRow before = index.Find(TreePath.Parse("a"))!;
        await index.ApplyAsync(IndexChange.Put(before with { Size = 9 }));

        await index.ApplyAsync(IndexChange.Replace(before, before with { Size = 7 }));

        Assert.Equal(9, index.Find(before.Path)!.Size);
    }

    [Fact]
    public async Task A_row_that_is_forgotten_is_not_brought_back_by_a_replacement()
    {
        await PutAsync("a");
        BaselineRow before = index.Find(TreePath.Parse("a"))!;
        await index.ApplyAsync(IndexChange.Forget(before.Path));

        await index.ApplyAsync(IndexChange.Replace(before, before));

        Assert.Null(index.Find(before.Path));
    }

    [Fact]
    public async Task Changes_made_together_are_all_there()
    {
        await Task.WhenAll(Enumerable.Range(0, 3000).Select(i => index.ApplyAsync(IndexChange.Put(Row($"f{i}")))));

        Assert.Equal(3000, index.Under(TreePath.Root).Count);
    }

    [Fact]
    public async Task It_opens_again_with_all_it_held()
    {
        await PutAsync("a");
        index.SetMeta("clean", "0");
        index.SetMetaDurably("clean", "1");
        await index.DisposeAsync();

        index = BaselineIndex.Open(File);

        Assert.Equal("1", index.GetMeta("clean"));
        Assert.NotNull(index.Find(TreePath.Parse("a")));
    }

    [Fact]
    public async Task A_file_that_is_no_index_is_refused()
    {
        string other = Path.Combine(folder, "other.db");
        await System.IO.File.WriteAllTextAsync(other, new string('x', 5000));

        Assert.Throws<IndexCorruptException>(() => BaselineIndex.Open(other));
    }

    [Fact]
    public async Task An_index_with_a_page_of_garbage_is_refused()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => index.ApplyAsync(IndexChange.Put(Row($"f{i}")))));
        await index.DisposeAsync();
        string damaged = Path.Combine(folder, "damaged.db");
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(File);
        Array.Fill(bytes, (byte)0x5A, bytes.Length / 2 / 4096 * 4096, 4096);
        await System.IO.File.WriteAllBytesAsync(damaged, bytes);

        Assert.Throws<IndexCorruptException>(() => BaselineIndex.Open(damaged));

        index = BaselineIndex.Open(Path.Combine(folder, "new.db"));
    }

    [Fact]
    public async Task An_index_of_another_version_is_refused()
    {
        index.SetMeta("schema", "999");
        await index.DisposeAsync();

        Assert.Throws<IndexCorruptException>(() => BaselineIndex.Open(File));

        index = BaselineIndex.Open(Path.Combine(folder, "new.db"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(999, true)]
    [InlineData(1000, false)]
    public void A_listing_that_gives_fractions_of_a_second_speaks_of_the_version_of_the_HEAD_that_gives_none(int milliseconds, bool same)
    {
        var head = new RemoteVersion("etag", 5, DateTimeOffset.UnixEpoch);

        Assert.Equal(same, head.IsSameAs(head with { LastModified = head.LastModified!.Value.AddMilliseconds(milliseconds) }));
    }

    private static BaselineRow Row(string path) => new() { Path = TreePath.Parse(path), Kind = EntryKind.File, Key = "k", Identity = new FileIdentity(ulong.MaxValue, -5) };

    private static List<string> Names(IEnumerable<BaselineRow> rows) => [.. rows.Select(row => row.Path.ToString())];

    private Task PutAsync(params string[] paths) => index.ApplyAsync([.. paths.Select(path => IndexChange.Put(Row(path)))]);
}
