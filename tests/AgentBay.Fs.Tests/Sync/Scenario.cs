using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>Some work on a mount that needs every kind of action, of which each step can be done again.</summary>
internal static class Scenario
{
    private static readonly Func<TestMirror, Task>[] Work =
    [
        mirror => mirror.FillAsync("d"),
        async mirror => _ = await mirror.ReadAsync("read"),
        async mirror => _ = await mirror.ReadAsync("large"),
        mirror => Once(mirror, "swap1", "t", () => mirror.RenameAsync("swap1", "t")),
        mirror => Once(mirror, "swap2", "swap1", () => mirror.RenameAsync("swap2", "swap1")),
        mirror => Once(mirror, "t", "swap2", () => mirror.RenameAsync("t", "swap2")),
        mirror => Once(mirror, "move", "moved", () => mirror.RenameAsync("move", "moved")),
        mirror => Once(mirror, "read", "read-moved", () => mirror.RenameAsync("read", "read-moved")),
        mirror => Once(mirror, "d", "e", () => mirror.RenameAsync("d", "e")),
        mirror => mirror.WriteAsync("replaced", "new content"),
        mirror => mirror.WriteAsync("new", "another new one"),
        mirror => mirror.WriteAsync("large", SyncEngineTests.Bytes(150_000)),
        mirror => mirror.ChangeModeAsync("attributes", 0x180),
        mirror => mirror.SetXattrAsync("attributes", "user.a", "b"),
        mirror => Once(mirror, "gone", null, () => mirror.DeleteAsync("gone")),
        mirror => Once(mirror, "emptied/last", null, () => mirror.DeleteAsync("emptied/last")),
        mirror => Once(mirror, null, "linked", () => mirror.LinkAsync("link", "linked")),
        mirror => Once(mirror, null, "folder", () => mirror.MakeFolderAsync("folder")),
        mirror => Once(mirror, null, "symlink", () => mirror.SymlinkAsync("target", "symlink")),
        mirror => mirror.WriteAsync("conflict", "mine"),
        async mirror =>
        {
            if (await mirror.StoredAsync("conflict") == "base")
            {
                await mirror.PutForeignAsync("conflict", "theirs");
            }
        },
        mirror => mirror.FlushCleanAsync(),
        mirror => mirror.WriteAsync("new", "another new one"), // The same bytes: only a row changes.
        mirror => Once(mirror, "folder", null, () => mirror.RemoveFolderAsync("folder")),
        mirror => Once(mirror, null, "brief", () => mirror.MakeFolderAsync("brief")),
        mirror => Once(mirror, null, "brief/file", () => mirror.WriteAsync("brief/file", "x")),
        mirror => mirror.FlushCleanAsync(),
        mirror => Once(mirror, "brief/file", null, () => mirror.DeleteAsync("brief/file")),
        mirror => Once(mirror, "brief", null, () => mirror.RemoveFolderAsync("brief")),
        mirror => mirror.FlushCleanAsync(),
    ];

    private static readonly Lazy<Task<(string, string)>> Expected = new(async () =>
    {
        await using TestMirror mirror = await PreparedAsync();
        Assert.False(await WorkAsync(mirror));
        return (await TreeOf(mirror), StoreOf(mirror));
    });

    public static Task<(string Tree, string Store)> ExpectedAsync() => Expected.Value;

    public static async Task<TestMirror> PreparedAsync(bool newETagEachWrite = false)
    {
        TestMirror mirror = await TestMirror.OpenAsync(SyncEngineTests.Small, new MemoryStore(MemoryStore.Capable with { MinPartSize = 1 }) { NewETagEachWrite = newETagEachWrite });
        await mirror.MakeFolderAsync("d");
        await mirror.MakeFolderAsync("emptied");
        foreach (string name in new[] { "d/x", "d/y", "read", "swap1", "swap2", "move", "replaced", "attributes", "gone", "emptied/last", "link" })
        {
            await mirror.WriteAsync(name, $"content of {name}");
        }

        await mirror.WriteAsync("conflict", "base");
        await mirror.WriteAsync("large", SyncEngineTests.Bytes(170_000));
        await mirror.FlushCleanAsync();
        await mirror.RemountAfreshAsync();
        return mirror;
    }

    /// <summary>What was interrupted, by a kill or by a fault of the store, is done again.</summary>
    /// <returns>Whether it was killed on the way.</returns>
    public static async Task<bool> WorkAsync(TestMirror mirror)
    {
        bool killed = false;
        foreach (Func<TestMirror, Task> step in Work)
        {
            Exception? failure = await Record.ExceptionAsync(() => step(mirror));
            if (mirror.WasKilled)
            {
                killed = true;
                await mirror.KillAsync();
                await step(mirror);
            }
            else if (failure is FsException { Error: FsError.StoreUnavailable })
            {
                await step(mirror);
            }
            else if (failure is not null)
            {
                throw new InvalidOperationException($"step {Array.IndexOf(Work, step)} failed", failure);
            }
        }

        return killed;
    }

    /// <summary>After a kill a step is done again; what it did the first time stands.</summary>
    private static async Task Once(TestMirror mirror, string? from, string? to, Func<Task> act)
    {
        await mirror.FillAsync("");
        foreach (string? path in new[] { from, to })
        {
            if (path?.Contains('/', StringComparison.Ordinal) == true)
            {
                await mirror.FillAsync(path[..path.LastIndexOf('/')]);
            }
        }

        if ((from is null || mirror.Stat(from) is not null) && (to is null || from is not null || mirror.Stat(to) is null))
        {
            await act();
        }
    }

    /// <summary>A conflict's name has the time in it, and a kill in the middle may leave two copies of the same version.</summary>
    public static async Task<string> TreeOf(TestMirror mirror) =>
        string.Join('\n', (await mirror.TreeAsync()).Select(pair => $"{Plain(pair.Key)}: {pair.Value}").Distinct());

    public static string StoreOf(TestMirror mirror) => string.Join('\n', mirror.Memory.Keys.Where(key => key.StartsWith(TestMirror.Prefix, StringComparison.Ordinal)).Select(Plain).Distinct());

    private static string Plain(string name) => name.Contains(".conflict-", StringComparison.Ordinal) ? name[..(name.IndexOf(".conflict-", StringComparison.Ordinal) + 10)] : name;
}
