using System.Diagnostics;
using System.Globalization;
using System.Text;
using AgentBay.Testing;

namespace AgentBay.Mount.Tests.Churn;

/// <summary>
/// Programs work in a mount in turn while the daemon is killed, kills itself in the middle of its steps, and loses the store. Beside the mount, a shadow on the
/// local disk gets every piece of work that succeeded. In the end mount, store and shadow are equal. <c>./build.sh churn [minutes]</c> runs it for longer.
/// </summary>
public sealed class ChurnTests(Machine machine, ITestOutputHelper output)
{
    private const double DefaultMinutes = 2;
    private const int MostUnits = 12;
    private static readonly TimeSpan LongestKillEvery = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<string, ChurnUnit> units = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
    private MountBox box = null!;
    private ChurnKeeper keeper = null!;
    private Ran? last;
    private int number;

    private string Shadow => Path.Combine(box.Folder, "work", "shadow");

    private string Inputs => Path.Combine(box.Folder, "work", "inputs");

    [Fact]
    public async Task Programs_work_on_through_kills_and_faults_and_in_the_end_mount_store_and_shadow_are_equal()
    {
        TimeSpan length = TimeSpan.FromMinutes(double.TryParse(Environment.GetEnvironmentVariable("AGENTBAY_CHURN_MINUTES"), CultureInfo.InvariantCulture, out double minutes) ? minutes : DefaultMinutes);
        int seed = int.TryParse(Environment.GetEnvironmentVariable("AGENTBAY_CHURN_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Environment.TickCount;
        Say($"seed {seed}, {length.TotalMinutes:0.#} minutes");
        var random = new Random(seed);
        await using MountBox opened = box = await MountBox.CreateAsync(machine, StoreKind.S3, Who.Root);
        await using var proxy = new FlakyProxy(box.Bucket.Server.Endpoint);
        box.ReachStoreBy(proxy.Endpoint);
        Directory.CreateDirectory(Shadow);
        Directory.CreateDirectory(Inputs);
        (await box.ScriptAsync(Inputs, ChurnUnit.Inputs)).Ok();
        (await box.ScriptAsync("/", "command -v git npm node sqlite3 rsync")).Ok();

        keeper = new ChurnKeeper(box, proxy, Min(length / 6, LongestKillEvery), new Random(seed + 1));
        await keeper.MountAsync();
        using var end = new CancellationTokenSource();
        Task kept = keeper.Start(end.Token);
        try
        {
            long began = Stopwatch.GetTimestamp();
            for (int turn = 0; Stopwatch.GetElapsedTime(began) < length; turn++)
            {
                await TurnAsync(ChurnUnit.All[turn % ChurnUnit.All.Count], random);
            }
        }
        finally
        {
            await end.CancelAsync();
            await kept;
            Say($"{string.Join(", ", counts.Select(pair => $"{pair.Value} {pair.Key}"))}; {keeper.Kills} kills, {keeper.KillsAtSteps} at named steps, {keeper.Cuts} times without the store");
        }

        Assert.True(keeper is { Kills: > 0, Cuts: > 0 }, "Nothing has disturbed them.");
        await EndAsync();
    }

    private async Task TurnAsync(ChurnUnit unit, Random random)
    {
        string name = $"{++number:D4}-{unit.Name}";
        await DoAsync($"{unit.Name} given up", retry: false, () => MakeAsync(name, unit), () => RemoveAsync(name));
        switch (random.Next(3))
        {
            case 0 when units.Count > 1:
                await RenameAsync(units.ElementAt(random.Next(units.Count)).Key, $"{++number:D4}-moved");
                break;
            case 1 when units.Count > 1:
                await EditAsync(units.ElementAt(random.Next(units.Count)).Key);
                break;
        }

        while (units.Count > MostUnits)
        {
            await DeleteAsync(units.ElementAt(random.Next(units.Count)).Key);
        }
    }

    /// <summary>What a program did to its end is there from now on: closed data survives a kill.</summary>
    private async Task<bool> MakeAsync(string name, ChurnUnit unit)
    {
        string folder = Path.Combine(box.Mount, name);
        if (!await SucceedsAsync(box.Mount, """mkdir "$2" """, name) || !await SucceedsAsync(folder, unit.Make))
        {
            return false;
        }

        // Without the window rsync leaves a symlink of the same second its own time.
        await DoAsync("copies again", retry: true, () => SucceedsAsync("/", """rsync -aHX --modify-window=-1 --delete "$2/" "$3/" """, folder, Path.Combine(Shadow, name)), null);
        (await box.ScriptAsync(Path.Combine(Shadow, name), unit.Verify, Inputs)).Ok();
        units[name] = unit;
        Count(unit.Name);
        return true;
    }

    private async Task RenameAsync(string from, string to)
    {
        await DoAsync("renames again", retry: true, () => SucceedsAsync(box.Mount, """ls > /dev/null && { test -e "$3" || mv "$2" "$3"; }""", from, to), null);
        Directory.Move(Path.Combine(Shadow, from), Path.Combine(Shadow, to));
        units.Remove(from, out ChurnUnit? unit);
        units[to] = unit!;
        Count("rename");
    }

    private async Task EditAsync(string name)
    {
        string text = $"note {++number}";
        await DoAsync("edits again", retry: true, () => SucceedsAsync(Path.Combine(box.Mount, name), """echo "$2" > note.new && chmod 640 note.new && mv note.new note""", text), null);
        await DoAsync("copies again", retry: true, () => SucceedsAsync("/", """cp -p "$2" "$3" """, Path.Combine(box.Mount, name, "note"), Path.Combine(Shadow, name, "note")), null);
        Count("edit");
    }

    private async Task DeleteAsync(string name)
    {
        await RemoveAsync(name);
        Directory.Delete(Path.Combine(Shadow, name), recursive: true);
        units.Remove(name);
        Count("rm -rf");
    }

    private Task RemoveAsync(string name) => DoAsync("rm again", retry: true, () => SucceedsAsync(box.Mount, """ls > /dev/null && rm -rf "$2" """, name), null);

    private async Task<bool> SucceedsAsync(string folder, string script, params string[] more)
    {
        last = await box.ScriptAsync(folder, script, [Inputs, .. more]);
        return last.ExitCode == 0;
    }

    /// <summary>A failure is the mount's fault unless there was trouble meanwhile.</summary>
    private async Task DoAsync(string counted, bool retry, Func<Task<bool>> act, Func<Task>? undo)
    {
        while (true)
        {
            int before = keeper.Troubles;
            bool up = keeper.IsUp;
            if (await act())
            {
                return;
            }

            if (up && !await keeper.HasTroubleSinceAsync(before))
            {
                throw new InvalidOperationException($"{counted}: nobody had disturbed it, and it failed.\n{last?.Command}\n{last?.Output}\n{last?.Error}");
            }

            Count(counted);
            await keeper.UntilUpAsync();
            await (undo?.Invoke() ?? Task.CompletedTask);
            if (!retry)
            {
                return;
            }
        }
    }

    private async Task EndAsync()
    {
        _ = await box.AgentBayAsync("unmount", box.Mount); // The last daemon may have its step still before it, and end there.
        await using StoredContext stored = await StoredContext.OpenAsync(box);
        await box.MountAsync();
        TreeSnapshot shadow = await TreeSnapshot.OfAsync(box, Shadow);
        await AssertShowsAsync(shadow);
        await box.UnmountAsync();
        AssertSameObjects(shadow, await stored.KeysAsync());
        box.NewCache();
        await box.MountAsync();
        await AssertShowsAsync(shadow);
        await box.UnmountAsync();
        Say($"{shadow.Entries.Count} entries and {shadow.Contents.Count} files are equal in the mirror, the store, a new mirror and the shadow");
    }

    private async Task AssertShowsAsync(TreeSnapshot shadow)
    {
        TreeSnapshot mount = await TreeSnapshot.OfAsync(box, box.Mount);
        TreeSnapshot.AssertEqual(shadow.Entries, mount.Entries);
        TreeSnapshot.AssertEqual(shadow.Contents, mount.Contents);
    }

    /// <summary>Every file and symlink is an object, every object is one of them, and markers are those of folders.</summary>
    private static void AssertSameObjects(TreeSnapshot shadow, IReadOnlyList<string> keys)
    {
        ILookup<bool, string> isFolder = shadow.Entries.Select(entry => entry.Split('\t')).ToLookup(entry => entry[1][0] == 'd', entry => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(entry[0])));
        TreeSnapshot.AssertEqual([.. isFolder[false]], [.. keys.Where(key => !key.EndsWith('/'))]);
        Assert.Empty(keys.Where(key => key.EndsWith('/')).Select(key => key[..^1]).Except(isFolder[true]));
    }

    private void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

    private void Say(string text) => output.WriteLine(text);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
