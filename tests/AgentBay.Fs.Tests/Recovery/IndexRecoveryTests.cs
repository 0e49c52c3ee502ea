using AgentBay.Fs.Tests.Sync;

namespace AgentBay.Fs.Tests.Recovery;

/// <summary>The index is worth less than the mirror: whatever becomes of it, marks, content and store make a new one.</summary>
public sealed class IndexRecoveryTests
{
    public static TheoryData<string> Harms => [.. Harm.Keys];

    private static readonly Dictionary<string, Action<string>> Harm = new()
    {
        ["deleted"] = index => File.Delete(index),
        ["empty"] = index => File.WriteAllBytes(index, []),
        ["cut in the middle"] = index => Change(index, file => file.SetLength(file.Length / 2 / 4096 * 4096)),
        ["cut inside a page"] = index => Change(index, file => file.SetLength(file.Length - 1000)),
        ["garbage from its second page on"] = index => Change(index, file => Scribble(file, 4096, file.Length)),
        ["no database"] = index => File.WriteAllText(index, "not a database, though of some length"),
        ["of another version"] = index => ChangeSchema(index),
    };

    [Theory]
    [MemberData(nameof(Harms))]
    public async Task An_index_that_is(string harmed)
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("stored", "stored");
        await mirror.WriteAsync("placeholder", "never read here");
        await mirror.WriteAsync("deleted", "deleted here");
        for (int i = 0; i < 200; i++)
        {
            await mirror.WriteAsync($"many{i}", $"{i}"); // So that the index has pages.
        }

        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();
        _ = await mirror.ReadAsync("stored");
        await mirror.WriteAsync("new", "new");
        await mirror.AppendAsync("many7", " edited");
        await mirror.DeleteAsync("deleted");
        await mirror.RemountAsync(_ => { }); // So that the log is empty, and the file has all.

        await mirror.KillAsync(state => Harm[harmed](Path.Combine(state, "index.db")));

        await mirror.FlushCleanAsync();
        SortedDictionary<string, string> tree = await mirror.TreeAsync();
        Assert.Equal(("new", "never read here", "7 edited"), (await mirror.StoredAsync("new"), await mirror.ReadAsync("placeholder"), await mirror.ReadAsync("many7")));
        Assert.Contains(await mirror.StoredAsync("many7"), new[] { "7 edited" });
        Assert.True(tree.Count >= 203, $"{tree.Count}");
        await mirror.RemountAfreshAsync();
        Assert.Equal(tree, await mirror.TreeAsync());
    }

    [Fact]
    public async Task Without_its_log_the_index_is_older_and_nothing_is_lost()
    {
        await using var mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("a", "one");
        await mirror.FlushCleanAsync();
        await mirror.RemountAsync();
        await mirror.WriteAsync("a", "two");
        await mirror.WriteAsync("b", "new");
        await mirror.FlushCleanAsync();
        await mirror.WriteAsync("a", "three");

        await mirror.KillAsync(state =>
        {
            File.Delete(Path.Combine(state, "index.db-wal"));
            File.Delete(Path.Combine(state, "index.db-shm"));
        });

        await mirror.FlushCleanAsync();
        Assert.Equal(("three", "new"), (await mirror.StoredAsync("a"), await mirror.StoredAsync("b")));
        Assert.Equal(["a", "b"], mirror.Keys());
    }

    [Fact]
    public async Task What_was_set_aside_is_kept()
    {
        await using var mirror = await TestMirror.OpenAsync();

        await mirror.KillAsync(state => Harm["no database"](Path.Combine(state, "index.db")));

        Assert.Single(Directory.GetFiles(mirror.StateDirectory, "index.db.corrupt-*"), file => !file.EndsWith("-wal", StringComparison.Ordinal));
    }

    private static void Change(string index, Action<FileStream> change)
    {
        using FileStream file = File.Open(index, FileMode.Open);
        change(file);
    }

    private static void Scribble(FileStream file, long from, long to)
    {
        var garbage = new byte[to - from];
        new Random(1).NextBytes(garbage);
        file.Position = from;
        file.Write(garbage);
    }

    private static void ChangeSchema(string index)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={index};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE meta SET value = '999' WHERE name = 'schema'";
        command.ExecuteNonQuery();
    }
}
