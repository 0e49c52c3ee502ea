using AgentBay.Fs.Tests.Sync;

namespace AgentBay.Fs.Tests.Recovery;

/// <summary>The machine went down: the disk may hold less than the index speaks of, or the index less than the disk.</summary>
public sealed class PowerLossTests
{
    [Theory]
    [InlineData("empty", "")]
    [InlineData("cut short", "the st")]
    [InlineData("as it was before, of the same size and times", "an older version")]
    public async Task A_file_that_was_stored_and_is_older_on_the_disk_is_the_stores_version_again(string how, string onDisk)
    {
        await using var mirror = await StoredAsync();
        long mtime = mirror.Stat("a")!.Value.ModifyTimeNs;

        await mirror.KillAsync(state => Overwrite(state, "a", onDisk, mtime), powerLost: true);

        Assert.Equal(("the stored bytes", how), (await mirror.ReadAsync("a"), how));
        await mirror.FlushCleanAsync();
        Assert.Equal("the stored bytes", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task What_the_disk_holds_of_such_a_file_is_kept_beside_it()
    {
        await using var mirror = await StoredAsync();
        long mtime = mirror.Stat("a")!.Value.ModifyTimeNs;

        await mirror.KillAsync(state => Overwrite(state, "a", "an older version", mtime), powerLost: true);

        await mirror.FlushCleanAsync();
        string kept = Assert.Single(await mirror.ListAsync(""), name => name.StartsWith("a.recovered-", StringComparison.Ordinal));
        Assert.Equal("an older version", await mirror.ReadAsync(kept));
        Assert.Equal("an older version", await mirror.StoredAsync(kept));
    }

    [Fact]
    public async Task A_file_that_was_stored_and_never_reached_the_disk_is_not_deleted_in_the_store()
    {
        await using var mirror = await StoredAsync();

        await mirror.KillAsync(state => File.Delete(Path.Combine(state, "tree", "a")), powerLost: true);

        await mirror.FlushCleanAsync();
        Assert.Equal("the stored bytes", await mirror.ReadAsync("a"));
    }

    [Fact]
    public async Task An_edit_that_reached_the_disk_is_uploaded()
    {
        await using var mirror = await StoredAsync();
        await mirror.WriteAsync("a", "edited");

        await mirror.KillAsync(_ => { }, powerLost: true);

        await mirror.FlushCleanAsync();
        Assert.Equal("edited", await mirror.StoredAsync("a"));
    }

    [Fact]
    public async Task A_rename_that_reached_the_disk_is_one()
    {
        await using var mirror = await StoredAsync();
        await mirror.RenameAsync("a", "b");

        await mirror.KillAsync(_ => { }, powerLost: true);

        await mirror.FlushCleanAsync();
        Assert.Equal(["anchor", "b"], mirror.Keys());
    }

    [Fact]
    public async Task An_index_that_knows_less_than_the_store_overwrites_nothing()
    {
        await using var mirror = await StoredAsync();
        await mirror.RemountAsync();
        string[] index = ["index.db", "index.db-wal"];
        byte[][] before = [.. index.Select(name => ReadShared(Path.Combine(mirror.StateDirectory, name)))];
        await mirror.WriteAsync("a", "the newest bytes");
        await mirror.FlushCleanAsync();
        long mtime = mirror.Stat("a")!.Value.ModifyTimeNs;

        // The rows of the last session are gone, and so are the bytes.
        await mirror.KillAsync(
            state =>
            {
                File.Delete(Path.Combine(state, "index.db-shm"));
                index.Zip(before).ToList().ForEach(part => File.WriteAllBytes(Path.Combine(state, part.First), part.Second));
                Overwrite(state, "a", "the stored bytes", mtime + 1000);
            },
            powerLost: true);
        await mirror.FlushCleanAsync();

        Assert.Contains("the newest bytes", await Task.WhenAll(mirror.Keys().Select(mirror.StoredAsync)));
    }

    [Fact]
    public async Task After_a_clean_end_a_new_start_of_the_machine_means_nothing()
    {
        await using var mirror = await StoredAsync();
        _ = mirror.NewCalls();

        await mirror.RemountAsync(_ => { }, options => options with { BootId = "another" });
        await mirror.FlushCleanAsync();

        Assert.Empty(mirror.NewCalls());
    }

    [Fact]
    public async Task A_kill_without_a_loss_of_power_takes_the_disk_at_its_word()
    {
        await using var mirror = await StoredAsync();

        await mirror.KillAsync(state => File.Delete(Path.Combine(state, "tree", "a")));

        await mirror.FlushCleanAsync();
        Assert.Equal(["anchor"], mirror.Keys());
    }

    private static async Task<TestMirror> StoredAsync()
    {
        TestMirror mirror = await TestMirror.OpenAsync();
        await mirror.WriteAsync("anchor", "anchor");
        await mirror.WriteAsync("a", "the stored bytes");
        await mirror.FlushCleanAsync();
        return mirror;
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>In place, as a page that was not written out.</summary>
    private static void Overwrite(string state, string name, string content, long mtimeNs)
    {
        string file = Path.Combine(state, "tree", name);
        File.WriteAllText(file, content);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddTicks(mtimeNs / 100));
    }
}
