using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AgentBay.Fs.Policies;
using AgentBay.Posix;
using AgentBay.Testing;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>
/// Random work on a mount, with kills, lost answers and remounts, beside a dictionary that does the same. A failure names its seed;
/// <c>AGENTBAY_MODEL_SEED=n</c> runs that one alone and lists its steps; <c>AGENTBAY_MODEL_COUNT=n</c> runs more of them.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int PartsOfAll = 4;
    private const int StepsOfOne = 25;

    private static readonly int Sequences = int.TryParse(Environment.GetEnvironmentVariable("AGENTBAY_MODEL_COUNT"), out int count) ? count : 300;

    private static readonly string[] KillSteps =
    [
        "place.placed", "hydrate.noted", "hydrate.synced", "hydrate.unmarked", "discard.truncated", "discard.unmarked", "Intent.noted", "Upload.before", "Upload.put",
        "Copy.before", "Copy.copied", "Copy.after", "CopyAside.copied", "CopyAside.after", "UploadAttributes.copied", "PutFolder.put", "PutFolder.after", "Delete.before", "Delete.deleted",
    ];

    private static readonly StoreCall[] Calls = [StoreCall.Put, StoreCall.Copy, StoreCall.Delete, StoreCall.Head, StoreCall.List, StoreCall.Get];

    public static TheoryData<int> Parts => [.. Enumerable.Range(0, PartsOfAll)];

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task Random_work_with_kills_and_faults_ends_as_the_model_says(int part)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("AGENTBAY_MODEL_SEED"), out int only))
        {
            await new Run(only, output.WriteLine).GoAsync();
            return;
        }

        for (int seed = part; seed < Sequences; seed += PartsOfAll)
        {
            var log = new List<string>();
            try
            {
                await new Run(seed, log.Add).GoAsync();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"AGENTBAY_MODEL_SEED={seed}\n{string.Join('\n', log)}\n{error.Message}", error);
            }
        }
    }

    private sealed class Node
    {
        public required char Kind { get; init; }
        public string Content { get; set; } = "";
        public uint Mode { get; set; } = 0x1A4;
        public string Xattr { get; set; } = "";

        public Node Copy() => new() { Kind = Kind, Content = Content, Mode = Mode, Xattr = Xattr };
    }

    private sealed class Run(int seed, Action<string> log)
    {
        private readonly Random random = new(seed);
        private SortedDictionary<string, Node> model = new(StringComparer.Ordinal);
        private TestMirror mirror = null!;
        private int version;

        public async Task GoAsync()
        {
            var options = new MountSessionOptions { Time = new ManualTime { SkipsPauses = true, LongestPause = TimeSpan.FromHours(1) }, Policy = policy };
            mirror = await TestMirror.OpenAsync(options, new MemoryStore { NewETagEachWrite = seed % 2 == 1 });
            await using TestMirror opened = mirror;
            await DoAsync("anchor", () => mirror.WriteAsync("anchor", "anchor"));
            model["anchor"] = new Node { Kind = 'f', Content = "anchor" };
            for (int i = 0; i < StepsOfOne; i++)
            {
                await StepAsync();
            }

            await DoAsync("flush at the end", FlushAsync);
            await CheckAsync("the mirror");
            await DoAsync("remount", () => mirror.RemountAsync());
            await CheckAsync("after a remount");
            await mirror.RemountAfreshAsync();
            LoseLocalOnly();
            await CheckAsync("a fresh mirror");
            Assert.DoesNotContain(mirror.Keys(), key => IsLocalOnly(key.TrimEnd('/')));
        }

        /// <summary>Some sequences run with white lists.</summary>
        private readonly SyncPolicy policy = seed % 4 < 2 ? SyncPolicy.Default : WhiteListTests.Only(new WhiteList("", "/e", "/a/b"));

        private bool IsLocalOnly(string path) => !PathFilter.Of(policy.BWList).IsSynced(TreePath.Parse(path));

        /// <summary>Another machine has none of it.</summary>
        private void LoseLocalOnly() => model = new(model.Where(pair => !IsLocalOnly(pair.Key)).ToDictionary(), StringComparer.Ordinal);

        private async Task StepAsync()
        {
            switch (random.Next(24))
            {
                case 0 or 1 or 2 or 3:
                    await WriteAsync();
                    break;
                case 4 when Pick('f') is { } file:
                    string more = $" more {version++}";
                    await DoAsync($"append {file}", () => mirror.AppendAsync(file, more));
                    model[file].Content += more;
                    break;
                case 5 or 6 or 7 when Pick('f') is { } from:
                    await RenameFileAsync(from);
                    break;
                case 8 or 9 when Pick('d') is { } folder && FreeName() is { } to && to != folder && !to.StartsWith(folder + "/", StringComparison.Ordinal):
                    if (!await TryRenameFolderAsync(folder, to))
                    {
                        break;
                    }

                    model = new(model.ToDictionary(pair => Moved(pair.Key, folder, to), pair => pair.Value), StringComparer.Ordinal);
                    break;
                case 10 when FreeName() is { } name:
                    await DoAsync($"mkdir {name}", () => mirror.MakeFolderAsync(name));
                    model[name] = new Node { Kind = 'd', Mode = 0x1ED };
                    break;
                case 11 or 12 when Pick('f') is { } file:
                    await DoAsync($"delete {file}", () => mirror.DeleteAsync(file));
                    _ = model.Remove(file);
                    break;
                case 13 when model.Where(pair => pair.Value.Kind == 'd' && !model.Keys.Any(key => key.StartsWith(pair.Key + "/", StringComparison.Ordinal))).Select(pair => pair.Key).FirstOrDefault() is { } empty:
                    await DoAsync($"rmdir {empty}", () => mirror.RemoveFolderAsync(empty));
                    _ = model.Remove(empty);
                    break;
                case 14 when Pick('f') is { } file && FreeName() is { } name:
                    await DoAsync($"link {file} {name}", () => mirror.LinkAsync(file, name));
                    model[name] = model[file];
                    break;
                case 15 when Pick('f') is { } file:
                    uint mode = (uint)(0x180 | random.Next(8));
                    await DoAsync($"chmod {file} {mode:x}", () => mirror.ChangeModeAsync(file, mode));
                    model[file].Mode = mode;
                    break;
                case 16 when Pick('f') is { } file:
                    string value = $"{version++}";
                    await DoAsync($"setxattr {file} {value}", () => mirror.SetXattrAsync(file, "user.a", value));
                    model[file].Xattr = value;
                    break;
                case 17 when Pick('f') is { } file:
                    await DoAsync($"read {file}", async () => Assert.Equal(model[file].Content, await mirror.ReadAsync(file)));
                    break;
                case 18 when Pick('f') is { } file:
                    await DoAsync($"fsync {file}", () => mirror.FsyncAsync(file), filled: file);
                    break;
                case 19 or 20:
                    await FaultAsync();
                    await DoAsync("flush", FlushAsync);
                    break;
                case 21:
                    await DoAsync("remount", () => mirror.RemountAsync());
                    break;
                case 22:
                    log("kill");
                    await mirror.KillAsync();
                    break;
                case 23:
                    await ElsewhereAsync();
                    break;
            }
        }

        /// <returns>False: it holds placeholders that would leave the white lists.</returns>
        private async Task<bool> TryRenameFolderAsync(string folder, string to)
        {
            try
            {
                await DoAsync($"rename folder {folder} {to}", () => mirror.RenameAsync(folder, to));
                return true;
            }
            catch (PosixException refused) when (refused.Error == Errno.EXDEV)
            {
                log("  EXDEV");
                return false;
            }
        }

        private async Task WriteAsync()
        {
            string? path = random.Next(3) == 0 ? Pick('f') : FreeName();
            if (path is null)
            {
                return;
            }

            string content = random.Next(8) == 0 ? "" : $"content {version++} {new string('x', random.Next(50))}";
            await DoAsync($"write {path} '{content}'", () => mirror.WriteAsync(path, content));
            if (!model.TryGetValue(path, out Node? node))
            {
                model[path] = node = new Node { Kind = 'f' };
            }

            node.Content = content;
        }

        private async Task RenameFileAsync(string from)
        {
            string? to = random.Next(3) == 0 ? Pick('f') : FreeName();
            if (to is null || to == from || ReferenceEquals(model.GetValueOrDefault(to), model[from]))
            {
                return; // Two names of one inode: rename does nothing.
            }

            await DoAsync($"rename {from} {to}", () => mirror.RenameAsync(from, to));
            model[to] = model[from];
            _ = model.Remove(from);
        }

        /// <summary>On another machine, with everything stored; or by another tool, seen with the next mount.</summary>
        private async Task ElsewhereAsync()
        {
            await DoAsync("flush", FlushAsync);
            if (random.Next(2) == 0)
            {
                log("remount afresh");
                await mirror.RemountAfreshAsync();
                LoseLocalOnly();
                model = new(model.ToDictionary(pair => pair.Key, pair => pair.Value.Copy()), StringComparer.Ordinal);
                return;
            }

            string? path = Pick('f');
            if (path is null || IsLocalOnly(path))
            {
                return;
            }

            string content = $"foreign {version++}";
            log($"put elsewhere {path} '{content}'");
            mirror.ClearFaults(); // One that is left over would let the next mount work on without comparing.
            await mirror.PutForeignAsync(path, content);
            await DoAsync("remount", () => mirror.RemountAsync());
            await mirror.FillAsync(path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "");
            model[path] = new Node { Kind = 'f', Content = content };
        }

        private Task FaultAsync()
        {
            switch (random.Next(4))
            {
                case 0:
                    StoreCall call = Calls[random.Next(Calls.Length)];
                    bool after = random.Next(2) == 0;
                    int number = 1 + random.Next(3);
                    log($"fault {call} {number} {(after ? "after" : "before")}");
                    mirror.Store.Fail(call, number, afterEffect: after);
                    break;
                case 1 or 2:
                    string step = KillSteps[random.Next(KillSteps.Length)];
                    int time = 1 + random.Next(3);
                    log($"kill at {step} {time}");
                    mirror.KillAt(step, time);
                    break;
            }

            return Task.CompletedTask;
        }

        private Task FlushAsync() => mirror.FlushCleanAsync();

        /// <summary>Until it is done: a kill mounts again, a fault of the store tries again.</summary>
        private async Task DoAsync(string what, Func<Task> act, string? filled = null)
        {
            log(what);
            for (int tries = 1; ; tries++)
            {
                try
                {
                    if (filled is not null)
                    {
                        await mirror.FillAsync(filled.Contains('/', StringComparison.Ordinal) ? filled[..filled.LastIndexOf('/')] : "");
                    }

                    await act();
                    if (!mirror.WasKilled)
                    {
                        return;
                    }
                }
                catch (Exception error) when (mirror.WasKilled || (error is FsException { Error: FsError.StoreUnavailable } && tries < 5))
                {
                    log($"  {error.Message}");
                }

                if (mirror.WasKilled)
                {
                    log("  killed");
                    await mirror.KillAsync();
                }
            }
        }

        private async Task CheckAsync(string where)
        {
            mirror.ClearFaults();
            SortedDictionary<string, string> found = await mirror.TreeAsync();
            var expected = model.Select(pair => $"{pair.Key}: {Describe(pair.Value)}");
            if (!expected.SequenceEqual(found.Select(pair => $"{pair.Key}: {pair.Value}")))
            {
                string actual = string.Join('\n', found.Select(pair => $"{pair.Key}: {pair.Value}"));
                Assert.Fail($"{where}\nmodel:\n{string.Join('\n', expected)}\nfound:\n{actual}\nstore: {string.Join(' ', mirror.Keys())}");
            }
        }

        private static string Describe(Node node) => node.Kind == 'd'
            ? $"folder {Convert.ToString(node.Mode, 8)}"
            : string.Create(CultureInfo.InvariantCulture, $"file {Convert.ToString(node.Mode, 8)} {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(node.Content)))[..12]}{(node.Xattr.Length == 0 ? "" : $" user.a={node.Xattr}")}");

        private string? Pick(char kind)
        {
            var candidates = model.Where(pair => pair.Value.Kind == kind && pair.Key != "anchor").Select(pair => pair.Key).ToList();
            return candidates.Count == 0 ? null : candidates[random.Next(candidates.Count)];
        }

        private string? FreeName()
        {
            string? folder = random.Next(2) == 0 ? Pick('d') : null;
            string name = ((char)('a' + random.Next(6))).ToString();
            string path = folder is null ? name : $"{folder}/{name}";
            return model.ContainsKey(path) || path.Count(c => c == '/') > 3 ? null : path;
        }

        private static string Moved(string path, string from, string to) =>
            path == from ? to : path.StartsWith(from + "/", StringComparison.Ordinal) ? to + path[from.Length..] : path;
    }
}
