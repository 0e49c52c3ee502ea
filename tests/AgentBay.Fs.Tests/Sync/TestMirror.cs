using System.Text;
using System.Text.Json;
using AgentBay.Fs.Contexts;
using AgentBay.Fs.Linux;
using AgentBay.Fs.Mirror;
using AgentBay.Fs.Policies;
using AgentBay.Fs.Sync;
using AgentBay.ObjectStore;
using AgentBay.Posix;
using AgentBay.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace AgentBay.Fs.Tests.Sync;

/// <summary>
/// A mounted context without a kernel: it plays the host adapter on a real disk. Each operation brings in names and bytes first, changes the
/// files below the tree, and tells the journal, as <see cref="IMirrorHost"/> wants it.
/// </summary>
internal sealed class TestMirror : IAsyncDisposable
{
    public const string Prefix = "contexts/SdkCtx-test0000000000000000/";

    private static readonly ContextRecord Original = new() { Id = "SdkCtx-test0000000000000000", Name = "test", CreatedAt = DateTimeOffset.UnixEpoch, Epoch = "1" };

    private readonly string folder;
    private readonly FaultSwitch faults = new();
    private MountSessionOptions options;
    private ContextRecord context = Original;
    private int states;
    private int boots;
    private SafeFileHandle tree = Syscall.CurrentDirectory;

    private TestMirror(MemoryStore memory, MountSessionOptions? options, string disk)
    {
        folder = Path.Combine(disk, $"agentbay-engine-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        Memory = memory;
        Store = new FaultyStore(memory);
        Gate = new KillableStore(Store, faults);
        this.options = (options ?? new MountSessionOptions { Time = NewTime() }) with
        {
            Faults = new FaultPoints(faults.Reached),
            WriteBack = null,
            BootId = "boot 0",
            SyncsDiskAtEnd = false,
        };
    }

    public MemoryStore Memory { get; }

    /// <summary>Where the last mount put what an old mirror held and the store did not.</summary>
    public string? KeptAside { get; private set; }

    /// <summary>Sees and breaks every call.</summary>
    public FaultyStore Store { get; }

    public MountSession Session { get; private set; } = null!;

    public ManualTime Time => (ManualTime)options.Time;

    /// <summary>On which pauses of up to an hour take no time.</summary>
    public static ManualTime NewTime() => new() { SkipsPauses = true, LongestPause = TimeSpan.FromHours(1) };

    public IMirrorHost Host => Session.Host;

    public Journal Journal => Session.Host.Journal;

    /// <summary>As the store's record says it.</summary>
    public ContextRecord Context => context;

    /// <summary>The present state folder; also while nothing is mounted.</summary>
    public string StateDirectory => StateFolder.PathOf(Path.Combine(folder, $"state{states}"), "memory:", context.Id);

    private KillableStore Gate { get; }

    /// <param name="disk">A folder to make the mirror in; the machine's temporary one when null.</param>
    public static async Task<TestMirror> OpenAsync(MountSessionOptions? options = null, MemoryStore? memory = null, string? disk = null)
    {
        var mirror = new TestMirror(memory ?? new MemoryStore(), options, disk ?? Path.GetTempPath());
        await mirror.PutRecordAsync(Original);
        await mirror.OpenSessionAsync();
        return mirror;
    }

    public static Task<TestMirror> OpenAsync(SyncPolicy policy) => OpenAsync(new MountSessionOptions
    {
        Time = NewTime(),
        Policy = policy,
    });

    public async ValueTask DisposeAsync()
    {
        await CloseSessionAsync();
        // By rm: .NET cannot name what is not UTF-8.
        using var rm = System.Diagnostics.Process.Start("rm", ["-rf", folder]);
        await rm.WaitForExitAsync();
    }

    /// <summary>Unmounts and mounts again, with what is on this machine.</summary>
    public async Task RemountAsync()
    {
        await CloseSessionAsync();
        await OpenSessionAsync();
    }

    /// <summary>Unmounts and mounts again by another policy.</summary>
    public async Task RemountAsync(SyncPolicy policy)
    {
        await CloseSessionAsync();
        options = options with { Policy = policy };
        await OpenSessionAsync();
    }

    /// <summary>Unmounts, and mounts on a machine that has never seen the context.</summary>
    public async Task RemountAfreshAsync()
    {
        await CloseSessionAsync();
        states++;
        await OpenSessionAsync();
    }

    /// <summary>kill -9, and a mount again.</summary>
    /// <param name="meanwhile">Runs between the two.</param>
    public async Task KillAsync(SyncPolicy? policy = null, Func<Task>? meanwhile = null)
    {
        options = policy is null ? options : options with { Policy = policy };
        faults.Kill();
        await Session.KillAsync();
        tree.Dispose();
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        faults.Revive();
        await OpenSessionAsync();
    }

    /// <summary>kill -9, then something happens to the mirror's files, and a mount again.</summary>
    /// <param name="powerLost">The machine has started anew since.</param>
    public async Task KillAsync(Action<string> harm, bool powerLost = false)
    {
        faults.Kill();
        await Session.KillAsync();
        tree.Dispose();
        faults.Revive();
        harm(StateDirectory);
        options = powerLost ? options with { BootId = $"boot {++boots}" } : options;
        await OpenSessionAsync();
    }

    /// <summary>Unmounts, then something happens to the mirror's files, and a mount again with other options.</summary>
    public async Task RemountAsync(Action<string> harm, Func<MountSessionOptions, MountSessionOptions>? change = null)
    {
        await CloseSessionAsync();
        harm(StateDirectory);
        options = change?.Invoke(options) ?? options;
        await OpenSessionAsync();
    }

    /// <summary>Mounts again after a mount that was refused.</summary>
    public Task ReopenAsync(Func<MountSessionOptions, MountSessionOptions> change)
    {
        options = change(options);
        return OpenSessionAsync();
    }

    /// <summary>From the n-th time that a step is reached the process is dead: no store call, no index write and no step succeeds any more.</summary>
    public void KillAt(string step, int number = 1) => faults.Arm(step, number, () => Session.KillIndex());

    /// <summary>The n-th time that a step is reached, <paramref name="act"/> runs in it.</summary>
    public void At(string step, Action act, int number = 1) => faults.Act(step, number, act);

    /// <summary>Takes back what was ordered and has not happened.</summary>
    public void ClearFaults()
    {
        Store.ClearFaults();
        faults.Disarm();
    }

    public bool WasKilled => faults.IsDead;

    public IReadOnlyCollection<string> ReachedSteps => faults.Seen;

    public Task<FlushReport> FlushAsync(CancellationToken cancellationToken = default) => Session.FlushAsync(null, cancellationToken);

    /// <summary>Flushes, and nothing may be left.</summary>
    public async Task FlushCleanAsync() => Assert.Empty((await FlushAsync()).Remaining);

    public async Task<bool> FsyncAsync(string path) => await Host.FsyncAsync(PathOf(path), Stat(path)!.Value.Inode, CancellationToken.None);

    public async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes)
    {
        await FillParentAsync(path);
        if (Stat(path) is { } there)
        {
            await Host.DiscardPlaceholderAsync(PathOf(path), there.Inode, CancellationToken.None);
        }

        using SafeFileHandle file = Open(path, OpenFlags.Create | OpenFlags.Truncate | OpenFlags.ReadWrite);
        using Writing writing = BeginWriting(path);
        WriteAt(file, bytes.Span, 0);
    }

    public Task WriteAsync(string path, string text) => WriteAsync(path, Encoding.UTF8.GetBytes(text));

    public async Task AppendAsync(string path, string text)
    {
        await HydrateAsync(path);
        using SafeFileHandle file = Open(path, OpenFlags.ReadWrite);
        using Writing writing = BeginWriting(path);
        WriteAt(file, Encoding.UTF8.GetBytes(text), Stat(path)!.Value.Size);
    }

    /// <summary>A file that is open for writing until this is disposed.</summary>
    public Writing BeginWriting(string path)
    {
        ulong inode = Stat(path)!.Value.Inode;
        Journal.WriterOpened(PathOf(path), inode);
        return new Writing(this, path, inode);
    }

    /// <summary>Writes as a map or passthrough does: nobody is told.</summary>
    public void WriteUnseen(string path, string text, long offset)
    {
        using SafeFileHandle file = Open(path, OpenFlags.ReadWrite);
        WriteAt(file, Encoding.UTF8.GetBytes(text), offset);
    }

    public async Task HydrateAsync(string path, CancellationToken cancellationToken = default)
    {
        await FillParentAsync(path);
        await Host.HydrateAsync(PathOf(path), Stat(path)!.Value.Inode, cancellationToken);
    }

    public async Task<string> ReadAsync(string path)
    {
        await HydrateAsync(path);
        return Encoding.UTF8.GetString(ReadNow(path));
    }

    public byte[] ReadNow(string path)
    {
        using SafeFileHandle file = Open(path, OpenFlags.ReadOnly);
        var bytes = new byte[RandomAccess.GetLength(file)];
        _ = RandomAccess.Read(file, bytes, 0);
        return bytes;
    }

    public bool IsPlaceholder(string path) => Stat(path) is { } status && Host.Placeholders.TryGet(status.Inode, out _);

    public async Task MakeFolderAsync(string path, uint mode = 0x1ED)
    {
        await FillParentAsync(path);
        Check(Syscall.MakeDirectory(tree, Bytes(path), mode), path);
        Host.FolderCreated(Stat(path)!.Value.Inode);
        Journal.NameChanged(PathOf(path));
    }

    public async Task RemoveFolderAsync(string path)
    {
        await FillParentAsync(path);
        FileStatus before = Stat(path)!.Value;
        await Host.FillAsync(PathOf(path), before.Inode, CancellationToken.None);
        Check(Syscall.RemoveDirectory(tree, Bytes(path)), path);
        Host.FolderRemoved(before.Inode);
        Journal.NameChanged(PathOf(path));
    }

    public async Task SymlinkAsync(string target, string path)
    {
        await FillParentAsync(path);
        Check(Syscall.Symlink(Bytes(target), tree, Bytes(path)), path);
        Journal.NameChanged(PathOf(path));
    }

    public string ReadLink(string path)
    {
        Check(Syscall.ReadLink(tree, Bytes(path), out byte[] target), path);
        return Latin(target);
    }

    public async Task LinkAsync(string from, string to)
    {
        await FillParentAsync(from);
        await FillParentAsync(to);
        await CrossAsync(from, to);
        Check(Syscall.Link(tree, Bytes(from), tree, Bytes(to)), to);
        Journal.NameChanged(PathOf(to));
        Journal.NameChanged(PathOf(from));
    }

    public async Task DeleteAsync(string path)
    {
        await FillParentAsync(path);
        FileStatus before = Stat(path)!.Value;
        Check(Syscall.Unlink(tree, Bytes(path)), path);
        if (before.Links == 1)
        {
            Host.Placeholders.Remove(before.Inode);
            Journal.NameChanged(PathOf(path));
        }
        else
        {
            Journal.DataChanged(PathOf(path), before.Inode);
        }
    }

    public async Task RenameAsync(string from, string to)
    {
        await FillParentAsync(from);
        await FillParentAsync(to);
        FileStatus moved = Stat(from)!.Value;
        if (moved.IsDirectory)
        {
            await Host.FillTreeAsync(PathOf(from), CancellationToken.None);
        }

        await CrossAsync(from, to);
        FileStatus? displaced = Stat(to);
        using (Host.Gate.EnterShared())
        {
            Check(Syscall.Rename(tree, Bytes(from), tree, Bytes(to)), to);
            if (displaced is { } gone && gone.Inode != moved.Inode)
            {
                if (gone.IsDirectory)
                {
                    Host.FolderRemoved(gone.Inode);
                }
                else if (gone.Links == 1)
                {
                    Host.Placeholders.Remove(gone.Inode);
                }
                else
                {
                    Journal.DataChanged(PathOf(to), gone.Inode);
                }
            }
        }

        Journal.Renamed(PathOf(from), PathOf(to), moved.IsDirectory);
    }

    public async Task ExchangeAsync(string one, string other)
    {
        foreach (string path in new[] { one, other })
        {
            await FillParentAsync(path);
            if (Stat(path)!.Value.IsDirectory)
            {
                await Host.FillTreeAsync(PathOf(path), CancellationToken.None);
            }
        }

        await CrossAsync(one, other);
        await CrossAsync(other, one);
        using (Host.Gate.EnterShared())
        {
            Check(Syscall.Rename(tree, Bytes(one), tree, Bytes(other), 2), other);
        }

        Journal.Exchanged(PathOf(one), PathOf(other));
    }

    private async Task CrossAsync(string from, string to)
    {
        if (Host.WouldStrandPlaceholder(PathOf(from), PathOf(to)))
        {
            Check(Stat(from)!.Value.IsDirectory ? Errno.EXDEV : Errno.OK, to);
            await HydrateAsync(from);
        }
    }

    public async Task ChangeModeAsync(string path, uint mode)
    {
        await FillParentAsync(path);
        Check(Syscall.ChangeMode(tree, Bytes(path), mode), path);
        Journal.NameChanged(PathOf(path));
    }

    public async Task SetXattrAsync(string path, string name, string value)
    {
        await FillParentAsync(path);
        using SafeFileHandle file = Open(path, OpenFlags.ReadOnly);
        Check(Syscall.SetXattr(file, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value)), path);
        Journal.NameChanged(PathOf(path));
    }

    /// <summary>As an adapter does it: a placeholder's mark says the time that comes back after hydration.</summary>
    public async Task SetTimeAsync(string path, long mtimeNs)
    {
        await FillParentAsync(path);
        FileStatus before = Stat(path)!.Value;
        using (Host.Gate.EnterExclusive())
        {
            if (Host.Placeholders.TryGet(before.Inode, out PlaceholderMark? mark))
            {
                mark = mark with { MtimeNs = mtimeNs };
                Files.RewriteMark(PathOf(path), new FileIdentity(before.Inode, before.BirthTimeNs), mark);
                Host.Placeholders.Set(before.Inode, mark);
            }
        }

        Check(Syscall.SetTimes(tree, Bytes(path), null, mtimeNs), path);
        Journal.NameChanged(PathOf(path));
    }

    public FileStatus? Stat(string path) => Syscall.Stat(tree, Bytes(path), out FileStatus status) == Errno.OK ? status : null;

    public async Task<IReadOnlyList<string>> ListAsync(string path)
    {
        await FillAsync(path);
        using SafeFileHandle open = OpenFolder(path);
        var names = new List<DirectoryName>();
        Check(Syscall.ReadDirectory(open, names), path);
        return [.. names.Select(name => Latin(name.Name)).Order(StringComparer.Ordinal)];
    }

    public async Task FillAsync(string path)
    {
        await FillParentAsync(path);
        await Host.FillAsync(PathOf(path), Stat(path.Length == 0 ? "." : path)!.Value.Inode, CancellationToken.None);
    }

    /// <summary>The whole tree as a program sees it: path → kind, mode, content or target, xattrs. Everything is brought in.</summary>
    public async Task<SortedDictionary<string, string>> TreeAsync(bool withTimes = false)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await WalkAsync("", found, withTimes);
        return found;
    }

    /// <summary>Keys below the context's prefix.</summary>
    public IReadOnlyList<string> Keys() => [.. Memory.Keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal)).Select(key => key[Prefix.Length..])];

    public async Task<string?> StoredAsync(string key)
    {
        await using ObjectContent? content = await Memory.GetAsync(Prefix + key, null, null, CancellationToken.None);
        return content is null ? null : await new StreamReader(content.Body).ReadToEndAsync();
    }

    /// <summary>What another session or tool does to the store.</summary>
    public Task PutForeignAsync(string key, string content, IReadOnlyDictionary<string, string>? metadata = null) =>
        Memory.PutAsync(Prefix + key, Encoding.UTF8.GetBytes(content), new PutOptions { Metadata = metadata ?? ObjectInfo.NoMetadata }, CancellationToken.None);

    public Task DeleteForeignAsync(string key) => Memory.DeleteAsync(Prefix + key, null, CancellationToken.None);

    /// <summary>A clear by somebody else, all of it.</summary>
    public async Task ClearElsewhereAsync() => _ = await new ContextCatalog(Memory, Time).ClearAsync(context, null, CancellationToken.None);

    public async Task DeleteElsewhereAsync() => await new ContextCatalog(Memory, Time).DeleteAsync(context, null, CancellationToken.None);

    private Task<PutResult> PutRecordAsync(ContextRecord context) => Memory.PutAsync(
        CatalogKeys.Record(context.Id),
        JsonSerializer.SerializeToUtf8Bytes(
            new ContextDocument { Id = context.Id, Name = context.Name, State = context.State, CreatedAt = context.CreatedAt, Epoch = context.Epoch, ClearedAt = context.ClearedAt },
            ContextJson.Default.ContextDocument),
        new PutOptions(),
        CancellationToken.None);

    /// <summary>Calls so far, those that ask whether the context is still the same apart.</summary>
    public int Count(StoreCall call) => Store.Calls.Count(made => made.Call == call && made.Key != CatalogKeys.Record(Original.Id));

    /// <summary>Calls since the last time that this was asked, those that ask whether the context is still the same apart.</summary>
    public IReadOnlyList<string> NewCalls()
    {
        var calls = Store.Calls.Skip(seenCalls).ToList();
        seenCalls += calls.Count;
        return
        [
            .. calls.Where(call => call.Key != CatalogKeys.Record(Original.Id))
                .Select(call => $"{call.Call} {(call.Key.StartsWith(Prefix, StringComparison.Ordinal) ? call.Key[Prefix.Length..] : call.Key)}"),
        ];
    }

    private int seenCalls;

    private LinuxMirrorFiles Files { get; set; } = null!;

    public static TreePath PathOf(string path) => TreePath.Parse(Bytes(path));

    private async Task WalkAsync(string path, SortedDictionary<string, string> found, bool withTimes)
    {
        foreach (string name in await ListAsync(path))
        {
            string child = path.Length == 0 ? name : $"{path}/{name}";
            FileStatus status = Stat(child)!.Value;
            string mode = Convert.ToString(status.Mode & 0xFFF, 8);
            string time = withTimes ? $" {status.ModifyTimeNs}" : "";
            if (status.IsDirectory)
            {
                found[child] = $"folder {mode}";
                await WalkAsync(child, found, withTimes);
            }
            else if (status.IsRegular)
            {
                await HydrateAsync(child);
                found[child] = $"file {mode} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(ReadNow(child)))[..12]}{time}{XattrsOf(child)}";
            }
            else
            {
                found[child] = $"link {ReadLink(child)}{time}";
            }
        }
    }

    /// <summary>Empty when there is none.</summary>
    public string XattrOf(string path, string name) => Files.ReadXattrs(PathOf(path)).TryGetValue(name, out byte[]? value) ? Latin(value) : "";

    private string XattrsOf(string path) =>
        string.Concat(Files.ReadXattrs(PathOf(path)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $" {pair.Key}={Latin(pair.Value)}"));

    private async Task OpenSessionAsync()
    {
        context = await new ContextCatalog(Memory, Time).FindAsync(context.Id, CancellationToken.None) ?? context;
        StateFolder state = StateFolder.Open(Path.Combine(folder, $"state{states}"), "memory:", context.Id);
        KeptAside = await OldMirror.PutAsideAsync(state, () => OpenFiles(state), context, Time);
        Files = OpenFiles(state);
        Check(Syscall.Open(Syscall.CurrentDirectory, Encoding.UTF8.GetBytes(state.TreeDirectory), OpenFlags.Directory | OpenFlags.ReadOnly, 0, out tree), "tree");
        try
        {
            Session = await MountSession.OpenAsync(state, Files, Gate, context, options, NullLoggerFactory.Instance, CancellationToken.None);
        }
        catch
        {
            state.Dispose();
            Files.Dispose();
            tree.Dispose();
            throw;
        }
    }

    /// <summary>As root or not, on a disk that may be in memory.</summary>
    private static LinuxMirrorFiles OpenFiles(StateFolder state) =>
        LinuxMirrorFiles.Open(state.TreeDirectory, state.StagingDirectory, new ModeKeeper(ownModes: Syscall.EffectiveUid == 0), allowMemory: true);

    private async Task CloseSessionAsync()
    {
        faults.Revive();
        await Session.DisposeAsync();
        tree.Dispose();
    }

    private async Task FillParentAsync(string path)
    {
        var parent = TreePath.Root;
        await Host.FillAsync(parent, Stat(".")!.Value.Inode, CancellationToken.None);
        if (path.Length == 0)
        {
            return;
        }

        string walked = "";
        foreach (string name in path.Split('/').SkipLast(1))
        {
            walked = walked.Length == 0 ? name : $"{walked}/{name}";
            await Host.FillAsync(PathOf(walked), Stat(walked)!.Value.Inode, CancellationToken.None);
        }
    }

    private SafeFileHandle Open(string path, int flags)
    {
        Check(Syscall.Open(tree, Bytes(path), flags | OpenFlags.NoFollow, 0x1A4, out SafeFileHandle file), path);
        return file;
    }

    private SafeFileHandle OpenFolder(string path)
    {
        Check(Syscall.Open(tree, Bytes(path.Length == 0 ? "." : path), OpenFlags.Directory | OpenFlags.ReadOnly, 0, out SafeFileHandle open), path);
        return open;
    }

    private static void WriteAt(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (!bytes.IsEmpty)
        {
            RandomAccess.Write(file, bytes, offset);
        }
    }

    /// <summary>Each char is one byte, so that a test can write any name.</summary>
    private static byte[] Bytes(string path) => path.All(c => c < 0x100) ? Encoding.Latin1.GetBytes(path) : Encoding.UTF8.GetBytes(path);

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static void Check(Errno error, string path)
    {
        if (error != Errno.OK)
        {
            throw new PosixException(error, path);
        }
    }

    public sealed class Writing(TestMirror mirror, string path, ulong inode) : IDisposable
    {
        public string Path { get; set; } = path;

        public void Dispose() => mirror.Journal.WriterClosed(PathOf(Path), inode, stillMapped: false);
    }
}
