namespace AgentBay.Mount.Tests;

/// <summary>
/// All of a tree as programs see it: type, mode, link target and, for files and symlinks, size and modification time in nanoseconds;
/// content hashes apart, because they read every byte.
/// </summary>
internal sealed record TreeSnapshot(IReadOnlyList<string> Entries, IReadOnlyList<string> Contents)
{
    public static async Task<TreeSnapshot> OfAsync(MountBox box, string folder) => new(await EntriesAsync(box, folder), await ContentsAsync(box, folder));

    /// <summary>Names, types, modes, times, targets: reads no file's bytes.</summary>
    public static async Task<IReadOnlyList<string>> EntriesAsync(MountBox box, string folder)
    {
        Ran found = (await box.ScriptAsync(folder, """find . -mindepth 1 \( -type d -printf '%P\t%y %m\0' -o -printf '%P\t%y %m %s %T@ %l\0' \) | sort -z""")).Ok();
        return found.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>SHA-256 of every file that may be read.</summary>
    /// <param name="without">Names in the folder that are left out.</param>
    public static async Task<IReadOnlyList<string>> ContentsAsync(MountBox box, string folder, params string[] without)
    {
        Ran hashed = (await box.ScriptAsync(
            folder,
            """
            prune=(-false); for name in "$@"; do prune+=(-o -path "./$name"); done
            find . \( "${prune[@]}" \) -prune -o -type f -readable -print0 | sort -z | xargs -0 -r sha256sum -z
            """,
            without)).Ok();
        return hashed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Fails with the first differences.</summary>
    public static void AssertEqual(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var missing = expected.Except(actual).Take(5).ToList();
        var surplus = actual.Except(expected).Take(5).ToList();
        Assert.True(missing.Count == 0 && surplus.Count == 0, $"{expected.Count} expected, {actual.Count} found\nmissing:\n{string.Join('\n', missing)}\nnot expected:\n{string.Join('\n', surplus)}");
    }

    /// <summary>What a mount shows is in the store when it is unmounted, and a machine that knows only the store shows the same.</summary>
    public static async Task AssertComesBackAsync(MountBox box)
    {
        TreeSnapshot before = await OfAsync(box, box.Mount);
        await box.UnmountAsync();

        box.NewCache();
        await box.MountAsync();
        TreeSnapshot after = await OfAsync(box, box.Mount);
        AssertEqual(before.Entries, after.Entries);
        AssertEqual(before.Contents, after.Contents);
        await box.UnmountAsync();
    }
}
